#include "modules/bytestreams/bytestreams_module.h"

#include <utility>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {

using bytestreams::Streamhost;
using bytestreams::Use;
using bytestreams::UsePtr;

// On its way to the loop of the stream.
struct BytestreamsModule::Activate {
  std::string hash;
  UsePtr use;
  std::shared_ptr<const Stanza> request;
  void arrive(Module* module, const HostPtr&) const {
    if (module) static_cast<BytestreamsModule*>(module)->activate(*this);
  }
};

// An account is no more. Its activations come to the streams' loops by that of the proxy (lead_activation()), and so
// does this, behind them.
struct BytestreamsModule::AccountEnded {
  BareJid account;
  bool by_proxy = false;  // it is to be told to all homes from here
  void arrive(Module* module, const HostPtr&) const {
    auto* here = static_cast<BytestreamsModule*>(module);
    if (!here || !here->streamhost_) return;
    if (by_proxy) return here->context_->send_each(AccountEnded{account});
    here->streamhost_->end_relays(
        [this](const Use& use) { return use.requester() == account || use.target() == account; });
  }
};

const ModuleInfo& BytestreamsModule::info() const {
  static const ModuleInfo info{
      .name = "bytestreams",
      .summary = "Bytes between two users whose machines can't reach each other, through a proxy of the tenant.",
      .xeps = {{65, "1.8.2", "SOCKS5 Bytestreams", "the proxy, over TCP"}},
      .metrics = {{"streams", MetricInfo::Kind::gauge, "Streams between two users that the proxies relay."},
                  {"waiting", MetricInfo::Kind::gauge, "Connections to the proxies that wait for an activation."},
                  {"relayed_bytes", MetricInfo::Kind::counter, "Bytes that the proxies have relayed, both ways."}},
      .is_optional = true};
  return info;
}

void BytestreamsModule::attach(ModuleContext& context) {
  context_ = &context;
  relayed_ = &context.count_as("relayed_bytes");
  context.measure("streams", [this] { return streamhost_ ? static_cast<int64_t>(streamhost_->relays()) : 0; });
  context.measure("waiting", [this] { return streamhost_ ? static_cast<int64_t>(streamhost_->waiting()) : 0; });
}

void BytestreamsModule::detach() {
  if (streamhost_) streamhost_->stop();
}

void BytestreamsModule::move_in(std::shared_ptr<Streamhost::All> all, Address address) {
  address_ = std::move(address);
  streamhost_ = std::make_unique<Streamhost>(context_->loop(), std::move(all), *relayed_);
  context_->on_service(HostKind::proxy, [this](const HostPtr& host, Stanza stanza, const TicketPtr&) {
    if (stanza.from && stanza.to) handle(host, stanza);
  });
  context_->on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& account, const RemovalPtr&) {
    end_of_account(host, account);
  });
  context_->on(&Hooks::tenant_changed, [this](const TenantPtr& tenant) { follow(*tenant); });
  context_->on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { follow(*tenant); });
  context_->on(&Hooks::stopping, [this] { streamhost_->stop(); });
}

void BytestreamsModule::handle(const HostPtr& host, const Stanza& stanza) {
  if (stanza.kind == StanzaKind::presence) return;
  const auto query = stanza.first_child();
  const bool is_to_host = !stanza.to->has_localpart() && stanza.to->is_bare();
  if (is_request(stanza) && query && is_to_host) {
    const bool is_get = stanza.type == StanzaType::get;
    if (query->is("query", ns::bytestreams)) {
      return is_get ? answer_address(*host, stanza) : lead_activation(host, stanza, *query);
    }
    if (is_get && query->is("query", ns::disco_info) && !query->attribute("node")) return answer_info(stanza);
    if (is_get && query->is("query", ns::disco_items) && !query->attribute("node")) {
      std::string payload;
      xml::Writer(payload).open("query", ns::disco_items).close();
      return context_->reply(stanza, std::move(payload));
    }
    if (is_get && query->is("ping", ns::ping)) return context_->reply(stanza, {});
  }
  if (!takes_no_error(stanza)) context_->reply_error(stanza, {ErrorKind::service_unavailable, ""});
}

void BytestreamsModule::answer_info(const Stanza& request) const {
  const std::string_view title = host_kind_names()[static_cast<size_t>(HostKind::proxy)].title;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info).open("identity");
  writer.attribute("category", "proxy").attribute("type", "bytestreams").attribute("name", title).close();
  for (const char* feature : {ns::disco_info, ns::disco_items, ns::bytestreams, ns::ping}) {
    writer.open("feature").attribute("var", feature).close();
  }
  writer.close();
  context_->reply(request, std::move(payload));
}

namespace {

bool is_user(const Tenant& tenant, const Jid& from) {
  return from.has_localpart() && from.domainpart() == tenant.domain();
}

Error refuse_stranger(const Tenant& tenant) {
  return {ErrorKind::forbidden, "This proxy is for the users of " + tenant.domain() + " alone."};
}

}  // namespace

void BytestreamsModule::answer_address(const Host& host, const Stanza& request) const {
  if (!is_user(*host.tenant, *request.from)) return context_->reply_error(request, refuse_stranger(*host.tenant));
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::bytestreams).open("streamhost").attribute("jid", host.domain);
  writer.attribute("host", address_.host.empty() ? host.domain : address_.host);
  writer.attribute("port", std::to_string(address_.port)).close().close();
  context_->reply(request, std::move(payload));
}

// Section 6.3.5. The hash is made of the address that the server knows to be the requester's: nobody else's stream can
// be meant, whatever is asked for.
void BytestreamsModule::lead_activation(const HostPtr& host, const Stanza& stanza, const xml::Element& query) {
  if (!is_user(*host->tenant, *stanza.from)) return context_->reply_error(stanza, refuse_stranger(*host->tenant));
  const std::string sid(query.attribute("sid").value_or(""));
  const auto activate = query.child("activate", ns::bytestreams);
  if (sid.empty() || !activate) {
    return context_->reply_error(
        stanza, {ErrorKind::bad_request, "An activation has the stream's 'sid', and the target in <activate/>."});
  }
  if (query.attribute("mode").value_or("tcp") != "tcp") {
    return context_->reply_error(stanza, {ErrorKind::feature_not_implemented, "This proxy relays TCP alone."});
  }
  const auto target = Jid::parse(activate->text());
  if (!target) return context_->reply_error(stanza, target.error());
  const std::string hash = crypto::to_hex(crypto::sha1(sid + stanza.from->str() + target->str()));
  const auto place = BareJid::parse(hash);
  auto use = Use::take(host, *stanza.from, *target);
  if (!use) return context_->reply_error(stanza, use.error());
  context_->send(host->tenant->id, *place, Activate{hash, std::move(*use), std::make_shared<const Stanza>(stanza)});
}

// The proxy may have gone while this was on its way.
void BytestreamsModule::activate(const Activate& wanted) {
  const HostPtr now = context_->current(wanted.use->host());
  const bool is_there =
      streamhost_ && now && now->kind == HostKind::proxy && !now->tenant->suspended && context_->is_at(*now);
  if (!is_there) return context_->reply_error(*wanted.request, {ErrorKind::service_unavailable, ""});
  const auto activated = streamhost_->activate(wanted.hash, wanted.use);
  if (!activated) return context_->reply_error(*wanted.request, activated.error());
  context_->reply(*wanted.request, {});
}

void BytestreamsModule::end_of_account(const HostPtr& host, const BareJid& account) {
  context_->send_each(AccountEnded{account});
  for (const HostName& name : host->tenant->hosts) {
    if (name.kind != HostKind::proxy) continue;
    const auto proxy = BareJid::parse(name.domain);
    if (proxy) context_->send(host->tenant->id, *proxy, AccountEnded{account, true});
  }
}

// A suspended tenant's users are not in any stream, of whichever tenant that is.
void BytestreamsModule::follow(const Tenant& tenant) {
  streamhost_->end_relays([&](const Use& use) {
    const TenantId id = tenant.id;
    if (use.host()->tenant->id == id) {
      const HostPtr now = context_->current(use.host());
      return !now || now->kind != HostKind::proxy || now->tenant->suspended || !context_->is_at(*now);
    }
    return context_->tenant_at(use.target().domainpart()) == id && tenant.suspended;
  });
}

}  // namespace teahouse
