// Poller: readiness of many sockets (epoll), and what they write at the end of a turn.
//
// Thread: one. Lifetime: outlives what it watches.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace teahouse::bench {

class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void on_ready(uint32_t events) = 0;
  virtual void on_turn_end() {}  // perhaps after unwatch() too
};

int64_t now_ns();  // of the monotonic clock

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;

  void watch(int fd, uint32_t events, Pollable& pollable);
  void rewatch(int fd, uint32_t events, Pollable& pollable);
  void unwatch(int fd, Pollable& pollable);  // no call for it comes after this
  void at_turn_end(Pollable& pollable);      // REQUIRES: asked once a turn

  // Waits at most so long (-1: for ever), tells those that are ready, then the turn's end.
  void turn(int64_t wait_ns);
  // Turns until `done`, asked after each; false when `deadline_ns` came first.
  bool run_until(const std::function<bool()>& done, int64_t deadline_ns);

 private:
  struct Batch;
  const int epoll_;
  Batch* batch_ = nullptr;  // what the running turn has yet to tell
  std::vector<Pollable*> turn_end_, due_;
};

}  // namespace teahouse::bench
