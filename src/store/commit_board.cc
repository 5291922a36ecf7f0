#include "store/commit_board.h"

#include <utility>

namespace teahouse::store {

// Shared between the board and the one call that may be in flight. A commit that finds a call in flight leaves it to
// that call, which lowers the flag before it reads `newest`: so the newest Lsn is always told.
struct CommitBoard::Watcher {
  Executor& home;
  std::function<void(Lsn)> told;
  std::atomic<bool> in_flight = false, gone = false;
  std::atomic<Lsn> newest = Lsn::none;
  Lsn last = Lsn::none;  // home's own

  Watcher(Executor& executor, std::function<void(Lsn)> call, Lsn now)
      : home(executor), told(std::move(call)), newest(now), last(now) {}
};

void CommitBoard::forget_watchers() {
  std::lock_guard lock(mutex_);
  for (auto& watcher : watchers_) watcher->gone = true;
  watchers_.clear();
}

void CommitBoard::watch(Executor& home, std::function<void(Lsn)> committed) {
  std::lock_guard lock(mutex_);
  watchers_.push_back(std::make_shared<Watcher>(home, std::move(committed), committed_.load()));
}

void CommitBoard::when(Lsn lsn, Done done) {
  std::optional<Result<void>> now;
  {
    std::lock_guard lock(mutex_);
    if (committed_ >= lsn) {
      now.emplace();
    } else if (interruption_) {
      now.emplace(*interruption_);
    } else {
      waiting_.emplace(lsn, std::move(done));
    }
  }
  if (now) done(std::move(*now));  // NOLINT(bugprone-use-after-move): moved only where there is no answer now
}

void CommitBoard::advance(Lsn committed) {
  std::vector<Done> due;
  {
    std::lock_guard lock(mutex_);
    committed_ = committed;
    const auto end = waiting_.upper_bound(committed);
    for (auto at = waiting_.begin(); at != end; ++at) due.push_back(std::move(at->second));
    waiting_.erase(waiting_.begin(), end);
    for (auto& watcher : watchers_) {
      watcher->newest = committed;
      if (watcher->in_flight.exchange(true)) continue;
      watcher->home.post([watcher] {
        watcher->in_flight = false;
        const Lsn newest = watcher->newest;
        if (newest <= watcher->last || watcher->gone) return;
        watcher->last = newest;
        watcher->told(newest);
      });
    }
  }
  for (auto& done : due) done(Result<void>());
}

void CommitBoard::interrupt(Error error) {
  std::multimap<Lsn, Done> waiting;
  {
    std::lock_guard lock(mutex_);
    interrupted_ = true;
    interruption_ = error;
    waiting.swap(waiting_);
  }
  for (auto& [lsn, done] : waiting) done(error);
}

void CommitBoard::resume() {
  std::lock_guard lock(mutex_);
  interrupted_ = false;
  interruption_.reset();
}

}  // namespace teahouse::store
