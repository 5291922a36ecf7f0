#include "server/c2s/bosh/bosh_front.h"

#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "http/body_reader.h"
#include "server/c2s/clients.h"
#include "server/home.h"

namespace teahouse::c2s {
namespace {

constexpr size_t token_size = 22;  // 128 bits

}  // namespace

BoshFront::BoshFront(Clients& clients) : clients_(clients) {}
BoshFront::~BoshFront() = default;

net::Loop& BoshFront::loop() const { return clients_.home().loop(); }
const Clock& BoshFront::clock() const { return clients_.home().clock(); }

int64_t BoshFront::inactivity_s() const { return clients_.options().bosh_inactivity_s; }

http::Response BoshFront::answer_preflight() {
  http::Response response = http::make_empty(204);
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Allow-Methods", "POST, OPTIONS");
  response.headers.add("Access-Control-Allow-Headers", "Content-Type");
  response.headers.add("Access-Control-Max-Age", "86400");
  return response;
}

void BoshFront::serve(http::Request request, http::Responder responder) {
  spawn(read(*this, std::move(request), std::move(responder)));
}

Task<void> BoshFront::read(BoshFront& self, http::Request asked, http::Responder responder) {
  http::BodyReader body(self.loop(), responder);
  bool is_known = false;
  for (;;) {
    auto piece = co_await body.next();
    if (!piece) co_return;  // the server has answered
    if (piece->empty()) break;
    asked.body += *piece;
    if (is_known || asked.body.size() <= BoshSession::stranger_body_bytes_max) continue;
    const std::string sid = find_bosh_sid(asked.body);
    Async<bool> known(self.loop(), [&self, &sid](Async<bool>::Done done) {
      self.with(sid, [done](BoshSession* session) { done(session && session->is_known()); });
    });
    is_known = co_await known;
    if (is_known) continue;
    responder.send(make_bosh_end(bosh_condition::policy_violation));
    co_return;
  }
  self.handle(std::move(asked), std::move(responder));
}

void BoshFront::handle(http::Request asked, http::Responder responder) {
  BoshRequest request;
  request.bytes = asked.body.size();
  auto body = parse_bosh_body(std::move(asked.body));
  if (!body) return responder.send(make_bosh_end(bosh_condition::bad_request, body.error().text));
  request.body = std::move(*body);
  request.is_secure = asked.secure;
  request.serial = (++requests_ << 10) + loop().index();
  const HostPtr host = clients_.home().find_http_host(asked.host);
  if (host) request.tenant = host->tenant->id;
  const std::string sid = request.body.sid;
  // Its client may leave before the answer; then that must not be sent into nothing.
  responder.when_peer_leaves([this, sid, rid = request.body.rid, serial = request.serial] {
    if (sid.empty()) return;
    with(sid, [rid, serial](BoshSession* session) {
      if (session) session->leave(rid, serial);
    });
  });
  request.responder = std::move(responder);
  if (sid.empty()) return create(std::move(request), asked);
  pass_on(std::move(request));
}

void BoshFront::pass_on(BoshRequest request) {
  const std::string sid = request.body.sid;
  const auto shared = std::make_shared<BoshRequest>(std::move(request));  // a std::function is copied
  with(sid, [shared](BoshSession* session) {
    if (session) return session->receive(std::move(*shared));
    shared->responder.send(make_bosh_end(bosh_condition::item_not_found));
  });
}

// "" for a session that may begin.
std::string_view BoshFront::refuse_new(const BoshBody& body, TenantId asked) const {
  Home& home = clients_.home();
  if (clients_.refuses_more()) return bosh_condition::system_shutdown;
  if (body.to.empty()) return bosh_condition::improper_addressing;
  const auto to = BareJid::parse(body.to);
  const HostPtr host = to && !to->has_localpart() ? home.hosts().find(to->domainpart()) : nullptr;
  if (!host || host->kind != HostKind::accounts) return bosh_condition::host_unknown;
  // A client that has asked another tenant's host was led here, and must not tell that tenant's user's password.
  if (asked != TenantId{} && asked != host->tenant->id) return bosh_condition::host_unknown;
  return {};
}

bool BoshFront::make_place(std::string_view address) {
  const auto verdict = strangers_.judge(address, [this](const std::string& sid) {
    const auto found = sessions_.find(sid);
    if (found == sessions_.end()) return BoshStrangers::Talk::elsewhere;  // it logs in, and moves
    return found->second->is_silent() ? BoshStrangers::Talk::silent : BoshStrangers::Talk::waits;
  });
  if (verdict.ends.empty()) return verdict.may_come;
  strangers_.remove(verdict.ends);
  const SessionPtr ended = sessions_.find(verdict.ends)->second;
  ended->make_room();
  return true;
}

void BoshFront::create(BoshRequest request, const http::Request& asked) {
  std::string_view refused = refuse_new(request.body, request.tenant);
  if (refused.empty() && !make_place(asked.peer_address)) refused = bosh_condition::policy_violation;
  if (!refused.empty()) return request.responder.send(make_bosh_end(refused));
  const auto to = BareJid::parse(request.body.to);
  const HostPtr host = clients_.home().hosts().find(to->domainpart());
  const std::string sid = random_token(token_size) + "-" + std::to_string(loop().index());
  const auto session =
      std::make_shared<BoshSession>(*this, sid, request.body, host->tenant->id,
                                    BoshSession::Client{asked.peer_address, asked.secure, asked.is_private()});
  births_.emplace(sid, loop().index());
  sessions_.emplace(sid, session);
  strangers_.add(sid, asked.peer_address);
  request.tenant = {};
  clients_.accept([&](Transport::Events& events) { return session->make_transport(events); });
  session->receive(std::move(request));
}

void BoshFront::with(const std::string& sid, Work work) {
  BoshFront* birth = find_birth(sid);
  if (!birth) return work(nullptr);
  if (birth == this) return with_born_here(sid, std::move(work));
  birth->loop().post([birth, sid, work = std::move(work)] { birth->with_born_here(sid, work); });
}

// Work that is posted to a session's loop comes there behind the session, which moves once.
void BoshFront::with_born_here(const std::string& sid, Work work) {
  const auto birth = births_.find(sid);
  if (birth == births_.end()) return work(nullptr);
  BoshFront& there = at(birth->second);
  const auto call = [&there, sid, work = std::move(work)] {
    const auto found = there.sessions_.find(sid);
    const SessionPtr kept = found == there.sessions_.end() ? nullptr : found->second;
    work(kept.get());
  };
  if (&there == this) return call();
  there.loop().post(call);
}

// Null: no loop has ever given that id.
BoshFront* BoshFront::find_birth(std::string_view sid) {
  if (sid.size() <= token_size + 1 || sid[token_size] != '-') return nullptr;
  const auto index = parse_decimal<unsigned>(sid.substr(token_size + 1));
  if (!index) return nullptr;
  if (*index == loop().index()) return this;
  return *index < siblings_.size() ? siblings_[*index] : nullptr;
}

void BoshFront::on_birth_loop(const std::string& sid, std::function<void(BoshFront&)> work) {
  BoshFront* birth = find_birth(sid);
  if (birth == this) return work(*this);
  birth->loop().post([birth, work = std::move(work)] { work(*birth); });
}

void BoshFront::admit(const BoshSession& session) {
  on_birth_loop(session.sid(), [sid = session.sid()](BoshFront& birth) { birth.strangers_.remove(sid); });
}

void BoshFront::move(const SessionPtr& session, net::Loop& other, std::function<void()> arrived) {
  sessions_.erase(session->sid());
  const unsigned index = other.index();
  on_birth_loop(session->sid(), [sid = session->sid(), index](BoshFront& birth) {
    if (const auto born = birth.births_.find(sid); born != birth.births_.end()) born->second = index;
  });
  BoshFront& there = at(index);
  other.post([session, &there, arrived = std::move(arrived)] {
    there.sessions_.emplace(session->sid(), session);
    session->arrive(there);
    arrived();
  });
}

void BoshFront::forget(const BoshSession& session) {
  const std::string& sid = session.sid();
  if (const auto found = sessions_.find(sid); found != sessions_.end()) {
    loop().at_turn_end([kept = found->second] {});  // the caller may be one of its own functions
    sessions_.erase(found);
  }
  on_birth_loop(sid, [sid](BoshFront& birth) {
    birth.strangers_.remove(sid);
    birth.births_.erase(sid);
  });
}

}  // namespace teahouse::c2s
