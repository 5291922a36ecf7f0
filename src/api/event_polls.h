// EventPoll: a call that waits for events, up to a time; EventPolls: those of a loop, which the end of the server ends.
//
// Thread: the loop's. Lifetime: a poll's is its call's; what tells it knows it weakly.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/task.h"
#include "events/event_log.h"
#include "net/loop.h"

namespace teahouse::api {

class EventPoll {
 public:
  void tell() { told_ = true, wake(); }  // there may be more
  void end() { ended_ = true, wake(); }  // it waits no more
  bool has_ended() const { return ended_; }

  void set(std::shared_ptr<EventLog::Waiter> waiter, net::Timer timer) {
    waiter_ = std::move(waiter);
    timer_ = std::move(timer);
  }
  // Before each look at the log: what comes from then on tells it.
  void begin_look() {
    told_ = false;
    waiter_->is_told = false;
  }
  static Task<void> wait(Executor& home, std::shared_ptr<EventPoll> self);

 private:
  void wake() {
    if (auto resume = std::exchange(resume_, nullptr)) resume(true);
  }

  std::shared_ptr<EventLog::Waiter> waiter_;
  net::Timer timer_;
  std::function<void(bool)> resume_;
  bool told_ = false, ended_ = false;
};

class EventPolls {
 public:
  std::shared_ptr<EventPoll> begin();
  void end_all();  // and those that begin later do not wait

 private:
  std::vector<std::weak_ptr<EventPoll>> polls_;
  bool ended_ = false;
};

}  // namespace teahouse::api
