// Executor: a place where functions run one at a time, in the order in which they were posted.
#pragma once

#include <functional>

namespace teahouse {

// Loops are executors, and so is each storage thread.
class Executor {
 public:
  virtual ~Executor() = default;
  // Runs the function on the executor's thread, soon and never before post returns. Thread: any.
  virtual void post(std::function<void()> work) = 0;
};

}  // namespace teahouse
