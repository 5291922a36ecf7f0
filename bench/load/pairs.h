// Pairs: pairs of users of which one writes to the other, in a closed loop (a few messages under way) or at a fixed
// rate; every message is checked.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "bench/load/session_pool.h"

namespace teahouse::bench {

// A fixed rate is kept whatever the server does, and latency counts from when a message was due.
class Pairs {
 public:
  struct Shape {
    size_t first = 0, count = 100;  // pair numbers; tenants take turns
    size_t step = 1;                // with two tenants and step 2, pairs of one of them
  };

  // Logs all users in.
  Pairs(Job& job, const Shape& shape);

  void begin(int64_t window);  // each pair keeps so many messages under way
  void begin_rate(double per_s);
  void set_window(int64_t window);
  // Turns for so long, all Pairs of the poller's with it; sends what is due of these.
  void run_for(double seconds);
  // Sends no more and waits for what is under way; what does not come counts as wrong.
  void finish();
  void forget_latency() { latency_ = {}; }
  const Histogram& latency() const { return latency_; }
  int64_t received() const { return received_; }
  SessionPool& sessions() { return pool_; }

 private:
  struct Pair {
    std::string head, sender;  // the start of each message; the address it must come from
    int64_t sent = 0, received = 0;
    std::deque<int64_t> sent_ns;
  };

  void on_stanza(Session& session, std::string_view stanza);
  void send(size_t pair, int64_t due_ns);
  void fill(size_t pair);
  void send_due();

  Job& job_;
  SessionPool pool_;
  std::vector<Pair> pairs_;
  Histogram latency_;
  int64_t received_ = 0;
  int64_t window_ = 0;
  double interval_ns_ = 0;
  int64_t rate_begin_ns_ = 0, rate_sent_ = 0;
  std::string text_;
};

// "...number 17.</body>": 17; -1 where there is none. Pairs and rooms write such bodies.
int64_t find_number(std::string_view stanza);
std::string make_body(int64_t number);

}  // namespace teahouse::bench
