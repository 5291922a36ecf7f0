// Executor: a place where functions run one at a time, in the order in which they were posted. One that handles many
// things before it waits again does so in turns; at the end of each comes the work that is done once for all of them.
#pragma once

#include <functional>

namespace teahouse {

// Loops are executors, and so is each storage thread.
class Executor {
 public:
  virtual ~Executor() = default;
  // Runs the function on the executor's thread, soon and never before post returns. Thread: any.
  virtual void post(std::function<void()> work) = 0;

  // Runs the function at the end of this thread's turn; at once on a thread that has none.
  static void at_end_of_this_turn(std::function<void()> work);
  // Is this thread in a turn of another executor's?
  static bool in_turn_of_other(const Executor& executor);

 protected:
  // A turn of this executor on this thread, while it lives. Where a turn begins within another, the outer one goes on
  // after it.
  class Turn {
   public:
    explicit Turn(Executor& executor);
    ~Turn();
    Turn(const Turn&) = delete;

   private:
    Executor* outer_;
  };
  virtual void at_turn_end(std::function<void()> work) { work(); }  // of an executor that has turns
};

}  // namespace teahouse
