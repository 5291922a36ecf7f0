// Task<T>: a lazy coroutine, for the cold paths that wait for storage. Hot paths use no coroutine.
//
//   Task<Result<Page>> find(...);          auto page = co_await find(...);       spawn(work(...));
//
// Rules of the house: a coroutine takes its parameters by value or refers only to what lives as long as the loop (a
// session may be gone when it resumes: keep its FullJid, not a reference); it is no lambda with captures.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "base/executor.h"

namespace teahouse {

template <class T>
class [[nodiscard]] Task;

namespace task_detail {

struct FinalAwaiter {
  bool await_ready() noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    return handle.promise().continuation ? handle.promise().continuation : std::noop_coroutine();
  }
  void await_resume() noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { std::terminate(); }  // errors of the world are Results
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() {}
};

}  // namespace task_detail

// Owns: the coroutine's frame, until it is awaited to its end.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) {
    handle_.promise().continuation = waiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  Handle handle_;
};

template <class T>
Task<T> task_detail::Promise<T>::get_return_object() {
  return Task<T>(Task<T>::Handle::from_promise(*this));
}
inline Task<void> task_detail::Promise<void>::get_return_object() {
  return Task<void>(Task<void>::Handle::from_promise(*this));
}

namespace task_detail {
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};
}  // namespace task_detail

// Starts the task now, on this thread; it frees itself when it ends.
inline task_detail::Detached spawn(Task<void> task) { co_await std::move(task); }

// Awaits a call-back: `start` is given a function that takes the value. That function may be called once, on any
// thread; the coroutine goes on on `home`.
template <class T>
class Async {
 public:
  using Done = std::function<void(T)>;
  Async(Executor& home, std::function<void(Done)> start) : home_(home), start_(std::move(start)) {}

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    // `this` lives in the waiting frame; after start_() it may be gone, so nothing of it is touched after the call.
    auto start = std::move(start_);
    start([this, waiting](T value) {
      value_.emplace(std::move(value));
      home_.post([waiting] { waiting.resume(); });
    });
  }
  T await_resume() { return std::move(*value_); }

 private:
  Executor& home_;
  std::function<void(Done)> start_;
  std::optional<T> value_;
};

}  // namespace teahouse
