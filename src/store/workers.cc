#include "store/workers.h"

#include <pthread.h>

#include <utility>

namespace teahouse::store {

Workers::Workers(size_t threads, const char* name) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run(); });
    pthread_setname_np(threads_.back().native_handle(), name);
  }
}

void Workers::post(std::function<void()> job) {
  {
    std::lock_guard lock(mutex_);
    if (finishing_) return;
    jobs_.push_back(std::move(job));
  }
  posted_.notify_one();
}

void Workers::finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  posted_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    posted_.wait(lock, [this] { return finishing_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

}  // namespace teahouse::store
