#include "app/memory_return.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace teahouse {
namespace {

constexpr auto moment = std::chrono::seconds(1);  // the caller has not freed all yet, and more may go with it
constexpr auto pause_min = std::chrono::steady_clock::duration(std::chrono::seconds(9));
constexpr int pauses_a_trim = 200;

}  // namespace

MemoryReturn::MemoryReturn() : thread_([this] { run(); }) {}

MemoryReturn::~MemoryReturn() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void MemoryReturn::ask() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(asked_, true)) return;
  }
  changed_.notify_one();
}

void MemoryReturn::run() {
  std::unique_lock lock(mutex_);
  const auto stops = [this] { return stops_; };
  while (true) {
    changed_.wait(lock, [this] { return asked_ || stops_; });
    if (changed_.wait_for(lock, moment, stops)) return;
    asked_ = false;
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    ::malloc_trim(0);
    const auto took = std::chrono::steady_clock::now() - began;
    lock.lock();
    if (changed_.wait_for(lock, std::max(pause_min, pauses_a_trim * took), stops)) return;
  }
}

}  // namespace teahouse
