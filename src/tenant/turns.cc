#include "tenant/turns.h"

#include <deque>
#include <functional>
#include <mutex>

namespace teahouse {

struct Turns::State {
  std::mutex mutex;
  bool busy = false;
  std::deque<std::function<void(bool)>> waiting;

  void enter(std::function<void(bool)> go_on) {
    {
      const std::lock_guard lock(mutex);
      if (busy) {
        waiting.push_back(std::move(go_on));
        return;
      }
      busy = true;
    }
    go_on(true);
  }

  // Hands the turn on: `busy` stays as it is unless nobody waits.
  void leave() {
    std::function<void(bool)> next;
    {
      const std::lock_guard lock(mutex);
      if (waiting.empty()) {
        busy = false;
        return;
      }
      next = std::move(waiting.front());
      waiting.pop_front();
    }
    next(true);
  }
};

Turns::Turn::~Turn() {
  if (state_) state_->leave();
}

Turns::Turns() : state_(std::make_shared<State>()) {}

Task<Turns::Turn> Turns::take(Executor& home) const { return take_turn(state_, home); }

Task<Turns::Turn> Turns::take_turn(std::shared_ptr<State> state, Executor& home) {
  Async<bool> entered(home, [state](Async<bool>::Done go_on) { state->enter(std::move(go_on)); });
  co_await entered;
  co_return Turn(state);
}

}  // namespace teahouse
