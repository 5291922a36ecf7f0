#include "bench/wire/poller.h"

#include <sys/epoll.h>
#include <unistd.h>
#include <ctime>

#include <algorithm>
#include <array>

namespace teahouse::bench {
namespace {

constexpr int events_max = 512;  // of one turn

}  // namespace

struct Poller::Batch {
  std::array<epoll_event, events_max> events;
  int count = 0;
};

int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Poller::~Poller() { ::close(epoll_); }

void Poller::watch(int fd, uint32_t events, Pollable& pollable) {
  epoll_event event{.events = events, .data = {.ptr = &pollable}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Poller::rewatch(int fd, uint32_t events, Pollable& pollable) {
  epoll_event event{.events = events, .data = {.ptr = &pollable}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Poller::unwatch(int fd, Pollable& pollable) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  std::erase(turn_end_, &pollable);
  if (!batch_) return;
  for (int i = 0; i < batch_->count; ++i) {
    if (batch_->events[i].data.ptr == &pollable) batch_->events[i].data.ptr = nullptr;
  }
}

void Poller::at_turn_end(Pollable& pollable) { turn_end_.push_back(&pollable); }

void Poller::turn(int64_t wait_ns) {
  Batch batch;
  if (!turn_end_.empty()) wait_ns = 0;
  const timespec wait{.tv_sec = wait_ns / 1'000'000'000, .tv_nsec = wait_ns % 1'000'000'000};
  batch.count = epoll_pwait2(epoll_, batch.events.data(), events_max, wait_ns < 0 ? nullptr : &wait, nullptr);
  batch_ = &batch;
  for (int i = 0; i < batch.count; ++i) {
    if (auto* pollable = static_cast<Pollable*>(batch.events[i].data.ptr)) pollable->on_ready(batch.events[i].events);
  }
  batch_ = nullptr;
  // A Pollable that asks from now on is called at the next turn's end.
  due_.swap(turn_end_);
  for (Pollable* const pollable : due_) pollable->on_turn_end();
  due_.clear();
}

bool Poller::run_until(const std::function<bool()>& done, int64_t deadline_ns) {
  while (!done()) {
    const int64_t left = deadline_ns - now_ns();
    if (left <= 0) return false;
    turn(std::min<int64_t>(left, 100'000'000));
  }
  return true;
}

}  // namespace teahouse::bench
