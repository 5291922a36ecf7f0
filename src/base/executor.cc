#include "base/executor.h"

#include <utility>

namespace teahouse {
namespace {
thread_local Executor* whose_turn = nullptr;
}

void Executor::at_end_of_this_turn(std::function<void()> work) {
  whose_turn ? whose_turn->at_turn_end(std::move(work)) : work();
}

bool Executor::in_turn_of_other(const Executor& executor) { return whose_turn && whose_turn != &executor; }

Executor::Turn::Turn(Executor& executor) : outer_(std::exchange(whose_turn, &executor)) {}
Executor::Turn::~Turn() { whose_turn = outer_; }

}  // namespace teahouse
