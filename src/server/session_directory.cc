#include "server/session_directory.h"

#include "base/random.h"
#include "crypto/hash.h"
#include "server/events.h"
#include "server/ghosts.h"
#include "server/home.h"

namespace teahouse {
namespace {

const TokenRate displacements_rate = TokenRate::per_minute(3, 3);

}  // namespace

Result<Session*> SessionDirectory::bind(Resident& resident, std::string_view resourcepart) {
  checker_.check();
  const std::string wanted = resourcepart.empty() ? random_token(12) : std::string(resourcepart);
  auto jid = resident.jid().with_resource(wanted);
  if (!jid) return Error{ErrorKind::bad_request, jid.error().text};
  // RFC 6120 section 7.7.2.2: the newer one stays, and the older client sees <conflict/>. But two programs that have
  // the same name, and come back at once, would throw each other out for ever: then the newer one is called otherwise.
  if (Session* older = resident.find_session(jid->resourcepart())) {
    // Nor may they fill up all places: where there is none left the older one goes in any case.
    const bool is_there = older->stream() && older->silent_since_ms() == 0 && !find_full_crowd(resident);
    if (is_there && displacements_.take_ms(jid->str(), home_.clock().monotonic_ms(), displacements_rate) > 0) {
      jid = resident.jid().with_resource(random_token(12));
    } else {
      close(*older, "conflict", "The same resource was bound by another client.");
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
  resident.tenant().meter->usage.raise_peak(resident.tenant().meter->sessions);
  Session& session = resident.add_session(std::make_unique<Session>(home_, resident, *jid, ++last_));
  by_number_.emplace(session.number(), &session);
  if (resident.tenant().events.has(EventKind::session)) {
    record_event(home_.shared(), resident.tenant(), SessionBound{{session.jid().str()}});
  }
  home_.hooks().session_bound.call_at(*resident.host(), session);
  return &session;
}

Session* SessionDirectory::find(uint64_t number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second;
}

void SessionDirectory::close(Session& session, std::string_view condition, std::string_view text) {
  checker_.check();
  const uint64_t number = session.number();
  if (by_number_.erase(number) == 0) return;  // it is being closed already
  resumable_.erase(session.resume_key());
  SessionStream* stream = session.stream();
  session.attach(nullptr);
  if (stream) stream->session_closed();
  home_.hooks().session_closing.call_at(*session.resident().host(), session);
  if (session.resident().tenant().events.has(EventKind::session)) {
    record_event(home_.shared(), session.resident().tenant(), SessionEnded{{session.jid().str()}});
  }
  Meter::give_back(session.resident().tenant().meter->sessions);
  home_.loop().note_freed(session.held_bytes());
  const std::unique_ptr<Session> owned = session.resident().remove_session(session);
  home_.redelivery().pass_on(owned->take_undelivered());
  if (stream && !condition.empty()) stream->end(condition, text);
  home_.residents().forget_idle();
}

void SessionDirectory::make_resumable(Session& session, int64_t max_s) {
  resumable_[session.resume_key()] = {session.number(), max_s, {}};
}

void SessionDirectory::lose_stream(Session& session) {
  session.lose_stream(home_.clock().monotonic_ms());
  const auto found = resumable_.find(session.resume_key());
  if (found == resumable_.end()) {
    close(session);
    return;
  }
  home_.redelivery().hold(session.undelivered());
  wait(session, found->second.max_s * 1000);
}

void SessionDirectory::wait(Session& session, int64_t left_ms) {
  Resumable& resumable = resumable_[session.resume_key()];
  resumable.until_ms = home_.clock().monotonic_ms() + left_ms;
  resumable.timer = home_.loop().start_timer(left_ms, [this, number = session.number()] {
    if (Session* late = find(number)) close(*late);
  });
}

std::string SessionDirectory::key_of(std::string_view resume_id) { return crypto::sha256(resume_id); }

Session* SessionDirectory::find_resumable(std::string_view resume_id) const {
  const auto found = resumable_.find(key_of(resume_id));
  return found == resumable_.end() ? nullptr : find(found->second.session);
}

void SessionDirectory::resuming(Session& session) { resumable_[session.resume_key()].timer.stop(); }

void SessionDirectory::resumed(Session& session) {
  home_.hooks().session_resumed.call_at(*session.resident().host(), session);
}

void SessionDirectory::close_all() {
  std::vector<Session*> closing;
  for (const auto& [number, session] : by_number_) {
    closing.push_back(session);
    // A stanza that is stored need not be sent again (XEP-0198 section 4).
    if (session->sm_enabled() && session->stream()) session->tell_handled();
  }
  for (Session* session : closing) {
    if (!may_park(*session)) {
      close(*session, "system-shutdown", "The server is being shut down.");
    } else if (SessionStream* stream = session->stream()) {
      lose_stream(*session);
      stream->session_closed();
      stream->cut();
    }
  }
}

// It must be exact and small. One that gets no messages may have a copy of what waits in the offline queue,
// of which only memory knows (modules/offline).
bool SessionDirectory::may_park(const Session& session) const {
  return home_.shared().sessions_outlive_stop && !session.resume_key().empty() && session.sm_all_handled() &&
         session.is_available() && session.priority() >= 0 && session.held_bytes() <= parked_bytes_max &&
         !home_.data().health().has(store::DiskHealth::data_waits);
}

SessionDirectory::Patience SessionDirectory::patience_of(const Session& session) const {
  const auto found = resumable_.find(session.resume_key());
  if (found == resumable_.end()) return {0, 0};
  const Resumable& resumable = found->second;
  const int64_t left_ms = resumable.until_ms - home_.clock().monotonic_ms();
  return {resumable.max_s, resumable.timer.running() ? std::max<int64_t>(0, left_ms) : resumable.max_s * 1000};
}

Session& SessionDirectory::wake(Resident& resident, FullJid jid, const Patience& patience, std::string resume_key,
                                Session::Counted counted) {
  checker_.check();
  Meter::take(resident.tenant().meter->sessions, -1);  // it has its place from before
  resident.tenant().meter->usage.raise_peak(resident.tenant().meter->sessions);
  Session& session = resident.add_session(std::make_unique<Session>(home_, resident, std::move(jid), ++last_));
  by_number_.emplace(session.number(), &session);
  session.go_on(std::move(resume_key), std::move(counted));
  session.is_woken = true;
  session.lose_stream(home_.clock().monotonic_ms());
  make_resumable(session, patience.max_s);
  wait(session, patience.left_ms);
  return session;
}

}  // namespace teahouse
