// wait_for: a task of a plane, awaited on this thread: for start-up, before any loop runs.
#pragma once

#include <future>
#include <utility>

#include "base/task.h"
#include "store/workers.h"

namespace teahouse::store {

namespace start_up_detail {
template <class T>
Task<void> put(Task<T> task, std::promise<T>* ended) {
  ended->set_value(co_await std::move(task));
}
}  // namespace start_up_detail

// `make` is given the executor on which the task goes on.
template <class T>
T wait_for(const std::function<Task<T>(Executor&)>& make) {
  Workers home(1, "start-up");
  std::promise<T> ended;
  spawn(start_up_detail::put(make(home), &ended));
  return ended.get_future().get();
}

}  // namespace teahouse::store
