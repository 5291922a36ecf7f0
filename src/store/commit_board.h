// CommitBoard: how far an engine's log is on disk, and those that wait to hear of it.
//
// Thread: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"

namespace teahouse::store {

class CommitBoard {
 public:
  using Done = std::function<void(Result<void>)>;

  explicit CommitBoard(Lsn committed = Lsn::none) : committed_(committed) {}
  ~CommitBoard() { forget_watchers(); }

  Lsn committed() const { return committed_.load(); }
  bool is_interrupted() const { return interrupted_.load(); }

  // See DataPlane::watch_commits.
  void watch(Executor& home, std::function<void(Lsn)> committed);
  // Calls no watcher any more; a call that runs on its home just now ends.
  void forget_watchers();
  // Calls `done` once: now, if this Lsn is on disk or commits are interrupted; else in advance() or interrupt(), on
  // their thread.
  void when(Lsn lsn, Done done);

  // Everything up to here is on disk. Thread: one at a time.
  void advance(Lsn committed);
  // The disk takes nothing for now: those that wait, or ask before resume(), get this error. Appended writes are
  // committed all the same, later.
  void interrupt(Error error);
  void resume();

 private:
  struct Watcher;

  std::atomic<Lsn> committed_;
  std::atomic<bool> interrupted_ = false;
  std::mutex mutex_;
  std::optional<Error> interruption_;  // guarded by mutex_, as are these
  std::multimap<Lsn, Done> waiting_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
};

}  // namespace teahouse::store
