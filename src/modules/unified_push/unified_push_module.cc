#include "modules/unified_push/unified_push_module.h"

#include "account/accounts.h"
#include "base/random.h"
#include "crypto/encoding.h"
#include "http/problem.h"
#include "xml/writer.h"

namespace teahouse {
namespace {

using unified_push::Endpoint;

constexpr char below[] = "/unified-push";
constexpr char unified_push_id_prefix[] = "up";  // of the host's iqs, before a '-'

std::string make_registered(const std::string& endpoint, int64_t expires_ms) {
  std::string payload;
  xml::Writer(payload)
      .open("registered", unified_push::ns)
      .attribute("expiration", format_time(expires_ms))
      .attribute("endpoint", endpoint)
      .close();
  return payload;
}

std::string make_push(const Endpoint& endpoint, const std::string& body) {
  std::string payload;
  xml::Writer(payload)
      .open("push", unified_push::ns)
      .attribute("application", crypto::to_base64(endpoint.application))
      .attribute("instance", crypto::to_base64(endpoint.instance))
      .text(crypto::to_base64(body))
      .close();
  return payload;
}

// RFC 8030 section 5: where the message would be; it is kept nowhere, which the TTL says.
http::Response make_accepted(const std::string& location) {
  http::Response response = http::make_empty(201);
  response.headers.add("Location", location);
  response.headers.add("TTL", "0");
  return response;
}

http::Response make_refusal(const std::string& request_id, int status, const char* code, const char* detail,
                            int64_t again_s = 0) {
  http::Request request;
  request.id = request_id;
  http::Response response = http::make_problem(request, status, code, detail);
  if (again_s > 0) response.headers.add("Retry-After", std::to_string(again_s));
  return response;
}

http::Response make_gone(const std::string& request_id) {
  return make_refusal(request_id, 404, "item-not-found",
                      "There is no such push endpoint, or it has expired. Push here no more.");
}

http::Response make_too_many(const std::string& request_id, int64_t again_s) {
  return make_refusal(request_id, 429, "resource-constraint", "Too many pushes to this user. Wait as Retry-After says.",
                      again_s);
}

}  // namespace

struct UnifiedPushModule::Push {
  Endpoint endpoint;
  std::string body;
  std::string id;        // of its iq
  std::string location;  // of the message, for the server that posted it
  std::string request_id;
  std::shared_ptr<http::Responder> responder;

  void arrive(Module* module, const HostPtr& host) const {
    if (!module || !host) return responder->send(make_gone(request_id));
    static_cast<UnifiedPushModule*>(module)->take(host, *this);
  }
};

const ModuleInfo& UnifiedPushModule::info() const {
  static const ModuleInfo info{
      .name = "unified_push",
      .summary =
          "Apps on a user's phone are pushed to through their XMPP client (UnifiedPush, by Conversations): the "
          "tenant's domain is the push server.",
      .host_features = {unified_push::ns},
      .metrics = {{"delivered", MetricInfo::Kind::counter, "Pushes that a client has taken, or its session holds."},
                  {"away", MetricInfo::Kind::counter, "Pushes that were refused because no client was there."},
                  {"ended", MetricInfo::Kind::counter, "Pushes that clients refused: they know no such app."}},
      .is_optional = true};
  return info;
}

void UnifiedPushModule::attach(ModuleContext& context) {
  context_ = &context;
  delivered_ = &context.count_as("delivered");
  away_ = &context.count_as("away");
  ended_ = &context.count_as("ended");
  context.on_iq(IqTarget::host, StanzaType::set, "register", unified_push::ns,
                [this](const IqRequest& iq) { answer_register(iq); });
  context.on_iq(IqTarget::host, StanzaType::result, unified_push_id_prefix, {},
                [this](const IqRequest& iq) { take_answer(iq.host, iq.stanza); });
  add_routes(context);
}

void UnifiedPushModule::detach() {
  asked_.clear();
  under_way_.clear();
}

std::string UnifiedPushModule::page_of(const Host& host) const {
  return context_->page_address(host, below) + "/push/";
}

void UnifiedPushModule::answer_register(const IqRequest& request) {
  const auto& from = request.stanza.from;
  if (!from || !from->is_full() || !from->has_localpart() || from->domainpart() != request.host->domain) {
    return context_->reply_error(request.stanza, {ErrorKind::forbidden, "Push endpoints are for clients of " +
                                                                            request.host->domain + " alone."});
  }
  auto endpoint = unified_push::read_register(request.query);
  if (!endpoint) return context_->reply_error(request.stanza, endpoint.error());
  if (from->localpart().size() + from->resourcepart().size() > unified_push::address_bytes_max) {
    return context_->reply_error(request.stanza,
                                 {ErrorKind::not_acceptable, "Bind a shorter resource: the address is too long."});
  }
  const int64_t wait_ms = registers_.take_ms(from->bare_view(), context_->clock().monotonic_ms(),
                                             TokenRate::per_minute(registers_per_min, registers_per_min));
  if (wait_ms > 0) {
    return context_->reply_error(
        request.stanza, {ErrorKind::resource_constraint, "That were 60 endpoints in a minute. Wait a moment."});
  }
  endpoint->expires_ms = context_->clock().wall_ms() + unified_push::valid_ms;
  endpoint->incarnation = request.stanza.incarnation;
  endpoint->localpart = std::string(from->localpart());
  endpoint->resourcepart = std::string(from->resourcepart());
  const std::string address = page_of(*request.host) + unified_push::seal(*request.host->tenant, *endpoint);
  context_->reply(request.stanza, make_registered(address, endpoint->expires_ms));
}

void UnifiedPushModule::add_routes(ModuleContext& context) {
  context.on_http({HostKind::accounts,
                   "POST",
                   "/push/{token}",
                   [this](const HostPtr& host, http::Request request, http::Responder responder) {
                     receive(host, std::move(request), std::move(responder));
                   },
                   {body_bytes_max},
                   below});
  // By this a distributor knows a push server of UnifiedPush.
  context.on_http({HostKind::accounts,
                   "GET",
                   "/push/{token}",
                   [](const HostPtr&, const http::Request&, http::Responder responder) {
                     responder.send(http::make_json(200, R"({"unifiedpush":{"version":1}})"));
                   },
                   {},
                   below});
}

void UnifiedPushModule::receive(const HostPtr& host, http::Request request, http::Responder responder) {
  if (host->tenant->suspended) {
    return responder.send(make_refusal(request.id, 503, "service-unavailable", "This chat is suspended.", away_s));
  }
  auto endpoint = unified_push::open(*host->tenant, request.capture("token"), context_->clock().wall_ms());
  if (!endpoint) return responder.send(make_gone(request.id));
  const std::string id = std::string(unified_push_id_prefix) + '-' + random_token(22);
  Push push{std::move(*endpoint),
            std::move(request.body),
            id,
            page_of(*host) + "message/" + id,
            request.id,
            std::make_shared<http::Responder>(std::move(responder))};
  context_->send(host->tenant->id, BareJid::make({}, host->domain).value(), std::move(push));
}

void UnifiedPushModule::take(const HostPtr& host, Push push) {
  if (!context_->is_at(*host)) return push.responder->send(make_gone(push.request_id));
  const std::string account = push.endpoint.localpart + "@" + host->domain;
  const int64_t wait_ms =
      pushes_.take_ms(account, context_->clock().monotonic_ms(), TokenRate::per_minute(pushes_per_min, pushes_per_min));
  if (wait_ms > 0) return push.responder->send(make_too_many(push.request_id, (wait_ms + 999) / 1000));
  if (size_t& under_way = under_way_[account]; under_way < under_way_max) {
    ++under_way;
  } else {
    return push.responder->send(make_too_many(push.request_id, answer_ms / 1000));
  }
  spawn(pass_on(*this, host, std::move(push)));
}

// The account may have been removed since it got the endpoint, and somebody else may have its name now.
Task<void> UnifiedPushModule::pass_on(UnifiedPushModule& self, HostPtr host, Push push) {
  auto finding = self.context_->accounts().find(self.context_->loop(), host->tenant, push.endpoint.localpart);
  const auto account = co_await finding;
  const bool is_gone = account ? push.endpoint.incarnation != 0 && account->incarnation != push.endpoint.incarnation
                               : account.error().kind == ErrorKind::item_not_found;
  const std::string name = push.endpoint.localpart + "@" + host->domain;
  if (account && !is_gone) {
    self.ask(host, std::move(push));
    co_return;
  }
  const auto counted = self.under_way_.find(name);
  if (counted != self.under_way_.end() && --counted->second == 0) self.under_way_.erase(counted);
  push.responder->send(is_gone ? make_gone(push.request_id)
                               : make_refusal(push.request_id, 503, "service-unavailable", "Try again soon.", away_s));
}

void UnifiedPushModule::ask(const HostPtr& host, Push push) {
  const auto account = BareJid::make(push.endpoint.localpart, host->domain);
  const auto client = account ? account->with_resource(push.endpoint.resourcepart) : Result<FullJid>(account.error());
  const std::string id = push.id;
  auto& asked = asked_[id];
  asked = {client ? client->str() : std::string(),
           push.endpoint.localpart + "@" + host->domain,
           std::move(push.location),
           std::move(push.request_id),
           std::move(push.responder),
           {}};
  if (!client) return end(id, 404);
  asked.timer = context_->loop().start_timer(answer_ms, [this, id] { end(id, 201); });
  Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::set, make_push(push.endpoint, push.body));
  iq.id = id;
  iq.from = BareJid::make({}, host->domain).value();
  iq.to = *client;
  context_->route(std::move(iq));
}

void UnifiedPushModule::take_answer(const HostPtr& host, const Stanza& iq) {
  const auto asked = asked_.find(iq.id);
  if (asked == asked_.end() || !iq.from || asked->second.client != iq.from->str()) return;
  if (iq.to->str() != host->domain) return;
  if (iq.type == StanzaType::result) return end(iq.id, 201);
  const ErrorKind error = read_error(iq);
  const bool is_gone = error == ErrorKind::item_not_found || error == ErrorKind::feature_not_implemented;
  end(iq.id, is_gone ? 404 : 503);
}

void UnifiedPushModule::end(const std::string& id, int status) {
  auto ended = asked_.extract(id);
  if (ended.empty()) return;
  const Asked& asked = ended.mapped();
  const auto counted = under_way_.find(asked.account);
  if (counted != under_way_.end() && --counted->second == 0) under_way_.erase(counted);
  ++*(status == 201 ? delivered_ : status == 404 ? ended_ : away_);
  if (status == 201) return asked.responder->send(make_accepted(asked.location));
  if (status == 404) return asked.responder->send(make_gone(asked.request_id));
  asked.responder->send(make_refusal(asked.request_id, 503, "service-unavailable",
                                     "The user's client is not there now. Try again later.", away_s));
}

}  // namespace teahouse
