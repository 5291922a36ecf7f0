// Removal: follows the removal of an address through the server, as a ticket does a stanza, and tells whether all of it
// went. A party that still has something to remove holds it; the last one to let go ends it.
//
// Thread: held and let go on any loop.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "base/task.h"
#include "net/loop.h"
#include "server/commit_ticket.h"

namespace teahouse {

class Removal final : public CommitTicket {
 public:
  // Called with true when nothing is left that was to go (not on disk yet, maybe); on the thread of the last to let go.
  explicit Removal(std::function<void(bool)> done) : done_(std::move(done)) {}
  ~Removal() override { done_(!failed_); }
  // Something is left, for a disk fails or a home is too busy: all is to be done again, later.
  void fail() { failed_ = true; }

 private:
  const std::function<void(bool)> done_;
  std::atomic<bool> failed_ = false;
};
using RemovalPtr = std::shared_ptr<Removal>;

// Starts the work for each of them, a portion at a time, so that loops have turns between: the next portion when all of
// the one before has ended. False: something is left. On the loop.
template <class T>
Task<bool> remove_in_portions(net::Loop& loop, std::vector<T> all,
                              std::function<void(const T&, const RemovalPtr&)> work) {
  constexpr size_t portion = 100;
  for (size_t at = 0; at < all.size(); at += portion) {
    Async<bool> ended(loop, [&all, &work, at](Async<bool>::Done done) {
      const auto removal = std::make_shared<Removal>(std::move(done));
      for (size_t i = at; i < std::min(at + portion, all.size()); ++i) work(all[i], removal);
    });
    const bool whole = co_await ended;
    if (!whole) co_return false;
  }
  co_return true;
}

}  // namespace teahouse
