#include "api/event_polls.h"

namespace teahouse::api {

Task<void> EventPoll::wait(Executor& home, std::shared_ptr<EventPoll> self) {
  if (self->told_ || self->ended_) co_return;
  Async<bool> told(home, [self](Async<bool>::Done done) { self->resume_ = std::move(done); });
  co_await told;
}

std::shared_ptr<EventPoll> EventPolls::begin() {
  std::erase_if(polls_, [](const auto& each) { return each.expired(); });
  auto poll = std::make_shared<EventPoll>();
  if (ended_) poll->end();
  polls_.push_back(poll);
  return poll;
}

void EventPolls::end_all() {
  ended_ = true;
  for (const auto& each : polls_) {
    if (const auto poll = each.lock()) poll->end();
  }
}

}  // namespace teahouse::api
