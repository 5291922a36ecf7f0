// SessionDirectory: the sessions of one home: they are bound, lose their streams, are resumed, and close.
//
// Thread: the home's.
// Spec: RFC 6120 section 7, XEP-0198 section 5.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/home_checker.h"
#include "base/result.h"
#include "base/text_map.h"
#include "base/token_buckets.h"
#include "net/loop.h"
#include "server/resident.h"
#include "server/session.h"

namespace teahouse {

class Home;

class SessionDirectory {
 public:
  explicit SessionDirectory(Home& home) : home_(home) {}

  size_t size() const { return by_number_.size(); }
  Session* find(uint64_t number) const;

  // Binds a resource. Errors: resource_constraint past the plan's sessions. An older session of the same name ends with
  // conflict; where that has happened to it often in a minute, the new one gets another name instead.
  Result<Session*> bind(Resident& resident, std::string_view resourcepart);
  // Ends a session: unavailable presence, hooks, undelivered stanzas go on. Its stream, if it has one, ends with
  // `condition` (empty: the stream is the caller's affair).
  void close(Session& session, std::string_view condition = {}, std::string_view text = {});

  // From now on the session can be resumed under its resume key, up to so long after its stream is gone.
  static constexpr int64_t resume_max_s = 300;
  static std::string key_of(std::string_view resume_id);  // a digest: no id is kept
  void make_resumable(Session& session, int64_t max_s);
  // The stream is gone: the session waits to be resumed, and what it holds alone is held on disk, or it closes.
  void lose_stream(Session& session);
  Session* find_resumable(std::string_view resume_id) const;
  void resuming(Session& session);  // it waits no longer
  void resumed(Session& session);   // its new stream is attached

  // The server stops: every session ends with system-shutdown, but for those that can and may outlive it. They are left
  // without streams, and still take what is delivered to them.
  static constexpr size_t parked_bytes_max = 1 << 20;  // of one that outlives it; of stanzas that wait
  void close_all();
  // How long the session, which has no stream, can be resumed at most, and from now on.
  struct Patience {
    int64_t max_s, left_ms;
  };
  Patience patience_of(const Session& session) const;
  // A session of before a restart.
  Session& wake(Resident& resident, FullJid jid, const Patience& patience, std::string resume_key,
                Session::Counted counted);

 private:
  struct Resumable {
    uint64_t session;
    int64_t max_s;
    net::Timer timer;      // runs while there is no stream
    int64_t until_ms = 0;  // of that
  };
  void wait(Session& session, int64_t left_ms);
  bool may_park(const Session& session) const;

  Home& home_;
  std::unordered_map<uint64_t, Session*> by_number_;
  TextMap<Resumable> resumable_;
  TokenBuckets displacements_{10'000};  // by full JID
  uint64_t last_ = 0;
  HomeChecker checker_;
};

}  // namespace teahouse
