// CommitLine: what waits at one home for the data plane's commits: sessions with stanzas that must not leave before
// their gate is on disk, and work.
//
// Thread: the home's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "base/home_checker.h"
#include "base/ids.h"

namespace teahouse {

class Session;
class SessionDirectory;

class CommitLine {
 public:
  explicit CommitLine(SessionDirectory& sessions) : sessions_(sessions) {}

  Lsn committed() const { return committed_; }
  // All up to this Lsn is on disk. Flushes the sessions that wait, then does the work that waited for it.
  void on_committed(Lsn lsn);
  // The session is flushed at the next commit.
  void wait(const Session& session);
  // Work for when this Lsn is on disk (now, if it is).
  void when_committed(Lsn lsn, std::function<void()> work);

 private:
  SessionDirectory& sessions_;
  std::vector<uint64_t> waiting_;  // numbers of sessions; some twice
  std::multimap<Lsn, std::function<void()>> work_;
  Lsn committed_ = Lsn::none;
  HomeChecker checker_;
};

}  // namespace teahouse
