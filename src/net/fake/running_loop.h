// RunningLoop: a loop that runs in a thread of its own, for tests whose client simply blocks.
#pragma once

#include <functional>
#include <future>
#include <thread>

#include "base/clock.h"
#include "net/loop.h"

namespace teahouse::net::fake {

class RunningLoop {
 public:
  explicit RunningLoop(unsigned index = 0) : loop_(index, clock_), thread_([this] { loop_.run(); }) {}
  ~RunningLoop() {
    loop_.stop();
    thread_.join();
  }
  Loop& operator*() { return loop_; }
  Loop* operator->() { return &loop_; }

  // Runs the work on the loop and waits for its end. REQUIRES: called elsewhere.
  void run(const std::function<void()>& work) {
    std::promise<void> done;
    loop_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  SystemClock clock_;
  Loop loop_;
  std::thread thread_;
};

}  // namespace teahouse::net::fake
