// HandledCount: how many stanzas of another server are handled and on disk, of those that came on a stream: the `h`
// that it may be told. Its stream may break and be resumed at another home: then the count is taken from here, once all
// that has come is handled.
//
// Thread: its home's. Lifetime: the home outlives it; its tickets need not end before it.
// Limits: pending() is for its owner to bound. An <r/> is answered within answer_timeout_ms, by what is handled then.
// Spec: XEP-0198 sections 4 and 5.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/fifo.h"
#include "base/ids.h"
#include "net/loop.h"
#include "server/commit_ticket.h"

namespace teahouse {
class Home;
}

namespace teahouse::s2s {

class HandledCount : public std::enable_shared_from_this<HandledCount> {
 public:
  static constexpr int64_t answer_timeout_ms = 2'000;

  HandledCount(Home& home, uint32_t from) : home_(home), received_(from), handled_(from) {}

  // Counts a stanza and makes its ticket.
  TicketPtr receive();
  uint32_t handled() const { return handled_; }
  size_t pending() const { return pending_.size(); }
  // Calls on_answer once all that came so far is handled, or late.
  void request();
  // It is to go on at another home: tells on_taken, and calls back with the last count.
  void take(std::function<void(uint32_t h)> taken);

  std::function<void(uint32_t h)> on_answer;
  std::function<void()> on_taken;

 private:
  class Ticket;
  struct Pending {
    bool is_complete = false;
    Lsn lsn = Lsn::none;
  };
  void on_complete(uint32_t number, Lsn lsn);
  void count();
  void answer();

  Home& home_;
  uint32_t received_, handled_;
  uint32_t asked_until_ = 0;
  bool is_asked_ = false;
  bool waits_ = false;  // for a commit
  Fifo<Pending> pending_;
  std::vector<std::function<void(uint32_t)>> takers_;
  net::Timer timer_;
};

}  // namespace teahouse::s2s
