// Sessions come, lose their stream, are resumed, and go; tenants change under them.
#include "base/random.h"
#include "server/home.h"
#include "xmpp/claims.h"

namespace teahouse {
namespace {
const TokenRate displacements_rate = TokenRate::per_minute(3, 3);

// XEP-0198 section 4: what was not acknowledged is as if it had not been delivered. Messages look for another resource,
// requests get their error. But copies that tell of no delivery (of what the account sent, results of an archive) were
// for this session alone, what a room says was for an occupant, and presence is old by now.
bool goes_on(const Stanza& stanza) {
  if (!stanza.to || !stanza.from) return false;
  if (stanza.kind == StanzaKind::iq) return stanza.type == StanzaType::get || stanza.type == StanzaType::set;
  return stanza.kind == StanzaKind::message && stanza.type != StanzaType::groupchat && !has_copy(stanza);
}
}  // namespace

Result<Session*> Home::bind(Resident& resident, std::string_view resourcepart) {
  checker_.check();
  const std::string wanted = resourcepart.empty() ? random_token(12) : std::string(resourcepart);
  auto jid = resident.jid().with_resource(wanted);
  if (!jid) return Error{ErrorKind::bad_request, jid.error().text};
  // RFC 6120 section 7.7.2.2: the newer one stays, and the older client sees <conflict/>. But two programs that have
  // the same name, and come back at once, would throw each other out for ever: then the newer one is called otherwise.
  if (Session* older = resident.find_session(jid->resourcepart())) {
    const bool is_there = older->stream() && older->silent_since_ms() == 0;
    if (is_there && displacements_.take_ms(jid->str(), clock().monotonic_ms(), displacements_rate) > 0) {
      jid = resident.jid().with_resource(random_token(12));
    } else {
      close_session(*older, "conflict", "The same resource was bound by another client.");
    }
  }
  const PlanLimits& limits = resident.tenant().limits();
  if (resident.has_all_sessions()) {
    return Error{ErrorKind::resource_constraint, "This account has as many sessions as the plan allows (" +
                                                     std::to_string(limits.sessions_per_account) +
                                                     "). Close one first."};
  }
  if (!Meter::take(resident.tenant().meter->sessions, limits.sessions)) {
    return Error{ErrorKind::resource_constraint, "This server has as many sessions as its plan allows (" +
                                                     std::to_string(limits.sessions) + "). Try again later."};
  }
  Session& session = resident.add_session(std::make_unique<Session>(*this, resident, *jid, ++last_session_));
  sessions_.emplace(session.number(), &session);
  hooks_.session_bound(session);
  return &session;
}

Session* Home::find_session(uint64_t number) {
  const auto found = sessions_.find(number);
  return found == sessions_.end() ? nullptr : found->second;
}

void Home::close_session(Session& session, std::string_view condition, std::string_view text) {
  checker_.check();
  const uint64_t number = session.number();
  if (sessions_.erase(number) == 0) return;  // it is being closed already
  resumable_.erase(session.resume_id());
  SessionStream* stream = session.stream();
  session.attach(nullptr);
  if (stream) stream->session_closed();
  hooks_.session_closing(session);
  Meter::give_back(session.resident().tenant().meter->sessions);
  loop_.note_freed(session.held_bytes());
  const std::unique_ptr<Session> owned = session.resident().remove_session(session);
  for (Undelivered& each : owned->take_undelivered()) {
    if (goes_on(*each.delivery->message)) undelivered_.push_back(std::move(each));
  }
  if (!undelivered_waits_) redeliver_waiting();
  if (stream && !condition.empty()) stream->end(condition, text);
  forget_idle_residents();
}

void Home::make_resumable(Session& session, int64_t max_s) {
  resumable_[session.resume_id()] = {session.number(), max_s, {}};
}

void Home::stream_lost(Session& session) {
  session.lose_stream(clock().monotonic_ms());
  const auto found = resumable_.find(session.resume_id());
  if (found == resumable_.end()) {
    close_session(session);
    return;
  }
  for (Undelivered& each : session.undelivered()) {
    if (goes_on(*each.delivery->message)) unheld_.push_back(std::move(each));
  }
  if (!unheld_waits_) hold_waiting();
  const uint64_t number = session.number();
  found->second.timer = loop_.start_timer(found->second.max_s * 1000, [this, number] {
    if (Session* late = find_session(number)) close_session(*late);
  });
}

Session* Home::find_resumable(std::string_view resume_id) {
  const auto found = resumable_.find(resume_id);
  return found == resumable_.end() ? nullptr : find_session(found->second.session);
}

void Home::resuming(Session& session) { resumable_[session.resume_id()].timer.stop(); }

void Home::resumed(Session& session) { hooks_.session_resumed(session); }

void Home::set_tenant(const TenantPtr& tenant) {
  hosts_.set(tenant);
  const HostPtr host = hosts_.find(tenant->domain());
  std::vector<Session*> closing;
  for (Resident* resident : residents_.of(tenant->id)) {
    resident->set_host(host);
    if (!tenant->suspended) continue;
    for (const auto& session : resident->sessions()) closing.push_back(session.get());
  }
  for (Session* session : closing) close_session(*session, "account-disabled", tenant->suspend_reason);
  hooks_.tenant_changed(tenant);
}

void Home::remove_tenant(const TenantPtr& tenant) {
  std::vector<Session*> closing;
  for (const Resident* resident : residents_.of(tenant->id)) {
    for (const auto& session : resident->sessions()) closing.push_back(session.get());
  }
  for (Session* session : closing) {
    session->take_undelivered();
    close_session(*session, "host-gone", "This server was removed.");
  }
  residents_.remove_tenant(tenant->id);
  hosts_.remove(*tenant);
  hooks_.tenant_removed(tenant);
}

void Home::stop() {
  redeliver_waiting();
  hooks_.stopping();
  std::vector<Session*> closing;
  for (const auto& [number, session] : sessions_) {
    closing.push_back(session);
    // What is stored need not be sent again (XEP-0198 section 4).
    if (session->sm_enabled() && session->stream()) session->tell_handled();
  }
  for (Session* session : closing) close_session(*session, "system-shutdown", "The server is being shut down.");
}

}  // namespace teahouse
