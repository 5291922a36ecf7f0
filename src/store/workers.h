// Workers: a few threads that run jobs in the order in which they were posted (so that, with one, they are an
// Executor).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/executor.h"

namespace teahouse::store {

// Thread: any. Lifetime: finish(), which the destructor calls, runs what was posted and ends the threads; what is
// posted later is dropped.
class Workers final : public Executor {
 public:
  // `name` is shown by ps and top; at most 15 characters.
  Workers(size_t threads, const char* name);
  ~Workers() override { finish(); }

  void post(std::function<void()> job) override;
  void finish();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> jobs_;
  bool finishing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace teahouse::store
