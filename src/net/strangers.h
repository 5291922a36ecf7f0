// Strangers: a loop's connections without a login, which make room so that connections never take the file descriptors
// that storage needs. Of all loops together there are at most so many connections; when a newcomer would be one too
// many, the peer of its loop goes that nobody knows yet (it has not logged in) and that has been silent for longest. A
// client that has logged in stays.
//
// Thread: ConnectionLimit: any; Strangers: its loop's. Lifetime: a ConnectionLimit outlives the connections that it
// counts.
#pragma once

#include <atomic>
#include <cstddef>

#include "net/intrusive_list.h"

namespace teahouse::net {

class ConnectionLimit {
 public:
  explicit ConnectionLimit(size_t most) : most_(most) {}
  size_t count() const { return count_.load(std::memory_order_relaxed); }
  bool is_reached() const { return count() >= most_; }

 private:
  friend class Connection;
  friend class Strangers;
  const size_t most_;
  std::atomic<size_t> count_ = 0;
};

// The strangers of one loop. Loops may be one connection each over the limit for a moment.
class Strangers {
 public:
  explicit Strangers(ConnectionLimit& limit) : limit_(limit) {}

  // False: the limit is reached and no peer here is a stranger.
  bool can_make_space() const { return !limit_.is_reached() || head_.linked(); }
  // Makes room for one connection more. REQUIRES: called by the loop, in no call-back of a connection.
  void make_room();

 private:
  friend class Connection;
  ConnectionLimit& limit_;
  ListNode head_;  // the one silent for longest comes first
  bool crowded_ = false;
};

}  // namespace teahouse::net
