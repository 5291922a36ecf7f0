// QueueExecutor and run(): a test's own loop, and how it awaits a task. Nothing sleeps: waiting is for the next post.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "base/executor.h"
#include "base/task.h"

namespace teahouse::testing {

// Thread: post from any; the others on the test's thread only.
class QueueExecutor final : public Executor {
 public:
  void post(std::function<void()> work) override {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    posted_.notify_one();
  }
  // Waits for one function and runs it.
  void run_one() {
    std::unique_lock lock(mutex_);
    posted_.wait(lock, [this] { return !queue_.empty(); });
    run_front(lock);
  }
  // Runs what is there, and what that posts, until nothing is; returns how many ran.
  size_t run_ready() {
    std::unique_lock lock(mutex_);
    size_t ran = 0;
    for (; !queue_.empty(); ++ran) run_front(lock);
    return ran;
  }

 private:
  void run_front(std::unique_lock<std::mutex>& lock) {
    auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> queue_;
};

namespace run_task_detail {
template <class T>
Task<void> put(Task<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
}
inline Task<void> mark(Task<void> task, bool* done) {
  co_await std::move(task);
  *done = true;
}
}  // namespace run_task_detail

// Starts the task and runs the executor until it has ended.
template <class T>
T run(QueueExecutor& home, Task<T> task) {
  std::optional<T> result;
  spawn(run_task_detail::put(std::move(task), &result));
  while (!result) home.run_one();
  return std::move(*result);
}
inline void run(QueueExecutor& home, Task<void> task) {
  bool done = false;
  spawn(run_task_detail::mark(std::move(task), &done));
  while (!done) home.run_one();
}

// Starts the task; `*result` has a value when it has ended. For tests that must see it not end yet.
template <class T>
void start(Task<T> task, std::optional<T>* result) {
  spawn(run_task_detail::put(std::move(task), result));
}

}  // namespace teahouse::testing
