// Turns: lets coroutines do a thing one at a time, in the order in which they asked.
//
//   auto turn = co_await turns.take(home);  // it is ours until `turn` goes
//
// Thread: any; a Turn may be given back on another thread than the one that took it.
// Lifetime: a Turn keeps what it needs alive, so Turns may go before it.
#pragma once

#include <memory>

#include "base/executor.h"
#include "base/task.h"

namespace teahouse {

class Turns {
  struct State;

 public:
  class Turn {
   public:
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Turn(Turn&& other) noexcept : state_(std::move(other.state_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    std::shared_ptr<State> state_;
  };

  Turns();
  Task<Turn> take(Executor& home) const;

 private:
  static Task<Turn> take_turn(std::shared_ptr<State> state, Executor& home);

  std::shared_ptr<State> state_;
};

}  // namespace teahouse
