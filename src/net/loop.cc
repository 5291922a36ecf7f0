#include "net/loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "net/timer_wheel.h"

namespace teahouse::net {

namespace {

constexpr size_t read_buffer_bytes = 64 * 1024;
constexpr int ready_max = 512;  // file descriptors handled in one turn

// What this thread's turn posted to other loops, until its end.
struct Outgoing {
  Loop* to;
  std::vector<std::function<void()>> batch;
};
thread_local std::vector<Outgoing> outgoing;

[[noreturn]] void give_up(const char* what) {
  log::error("net", "an event loop could not be made; the machine is out of file descriptors or memory",
             {{"call", what}, {"error", std::strerror(errno)}});
  abort();
}

// A peer that is gone is an error of a write, never a signal. OpenSSL's socket BIO has no MSG_NOSIGNAL of its own.
void ignore_sigpipe() {
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

}  // namespace

struct Loop::State {
  explicit State(int64_t now_ms) : timers(now_ms) {}

  int epoll_fd = -1;
  int wake_fd = -1;
  std::vector<Pollable*> pollables;  // by file descriptor
  std::array<epoll_event, ready_max> ready;
  int64_t ready_count = 0;  // of the batch that is being handled
  int64_t ready_next = 0;
  TimerWheel timers;
  std::vector<std::function<void()>> turn_end_functions;
  ListNode turn_end_nodes;
  std::vector<std::function<void()>> batch;  // the mailbox's other half
  std::string read_buffer;
  bool stopping = false;
  std::atomic<std::thread::id> home = std::this_thread::get_id();

  std::mutex mutex;  // guards what stands below
  std::vector<std::function<void()>> mailbox;
  bool sleeping = false;  // waits in epoll, or is about to: the first who posts must wake it
};

Loop::Loop(unsigned index, const Clock& clock)
    : state_(std::make_unique<State>(clock.monotonic_ms())), index_(index), clock_(clock) {
  static std::once_flag once;
  std::call_once(once, ignore_sigpipe);
  state_->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (state_->epoll_fd < 0) give_up("epoll_create1");
  state_->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (state_->wake_fd < 0) give_up("eventfd");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = state_->wake_fd;
  if (epoll_ctl(state_->epoll_fd, EPOLL_CTL_ADD, state_->wake_fd, &event) != 0) give_up("epoll_ctl");
}

Loop::~Loop() {
  // What was posted and is dropped now may post in its destructors.
  for (int round = 0; round < 100; ++round) {
    std::vector<std::function<void()>> dropped;
    {
      const std::lock_guard lock(state_->mutex);
      dropped.swap(state_->mailbox);
    }
    if (dropped.empty()) break;
  }
  state_->turn_end_functions.clear();
  while (state_->turn_end_nodes.linked()) state_->turn_end_nodes.next()->unlink();
  ::close(state_->wake_fd);
  ::close(state_->epoll_fd);
}

void Loop::run() {
  state_->home = std::this_thread::get_id();
  while (!state_->stopping) turn(-1);
  for (int round = 0; round < 100 && has_turn_end_work(); ++round) {  // what was asked for by the last turn's own
    const Turn turn(*this);
    handle_turn_end();
  }
  state_->stopping = false;
}

void Loop::stop() {
  post([this] { state_->stopping = true; });
}

void Loop::run_once(int64_t wait_ms) {
  state_->home = std::this_thread::get_id();
  turn(wait_ms);
}

void Loop::turn(int64_t wait_ms) {
  const int64_t count = wait_for_ready(wait_ms);
  const Turn turn(*this);
  handle_ready(count);
  state_->timers.advance(clock_.monotonic_ms());
  handle_mailbox();
  handle_turn_end();
}

bool Loop::has_turn_end_work() const { return state_->turn_end_nodes.linked() || !state_->turn_end_functions.empty(); }

int64_t Loop::wait_for_ready(int64_t wait_ms) {
  State& s = *state_;
  if (has_turn_end_work()) wait_ms = 0;
  if (const auto due = s.timers.next_ms()) {
    const int64_t until_due = std::max<int64_t>(0, *due - clock_.monotonic_ms());
    wait_ms = wait_ms < 0 ? until_due : std::min(wait_ms, until_due);
  }
  {
    const std::lock_guard lock(s.mutex);
    if (!s.mailbox.empty()) wait_ms = 0;
    s.sleeping = wait_ms != 0;
  }
  const int timeout = static_cast<int>(std::min<int64_t>(wait_ms, std::numeric_limits<int>::max()));
  const int count = epoll_wait(s.epoll_fd, s.ready.data(), ready_max, timeout);
  if (timeout != 0) {
    const std::lock_guard lock(s.mutex);
    s.sleeping = false;
  }
  return std::max(0, count);  // interrupted: an empty turn
}

void Loop::handle_ready(int64_t count) {
  State& s = *state_;
  s.ready_count = count;
  for (s.ready_next = 0; s.ready_next < s.ready_count;) {
    const epoll_event event = s.ready[static_cast<size_t>(s.ready_next++)];
    if (event.data.fd == s.wake_fd) {
      uint64_t ignored = 0;
      [[maybe_unused]] const ssize_t n = ::read(s.wake_fd, &ignored, sizeof ignored);
    } else if (event.data.fd >= 0) {
      s.pollables[static_cast<size_t>(event.data.fd)]->on_ready(event.events);
    }
  }
  s.ready_count = s.ready_next = 0;
}

void Loop::handle_mailbox() {
  std::vector<std::function<void()>>& batch = state_->batch;
  {
    const std::lock_guard lock(state_->mutex);
    batch.swap(state_->mailbox);
  }
  for (auto& work : batch) {
    work();
    work = nullptr;  // what it holds goes now, not after the whole batch
  }
  batch.clear();
}

void Loop::handle_turn_end() {
  State& s = *state_;
  std::vector<std::function<void()>> functions;
  functions.swap(s.turn_end_functions);
  for (auto& work : functions) work();
  ListNode nodes;
  nodes.take_all(s.turn_end_nodes);  // who asks from now on is served in the next turn, so that sockets get theirs
  while (nodes.linked()) {
    auto& work = static_cast<TurnEndWork&>(*nodes.next());
    work.unlink();
    work.on_turn_end();
  }
}

void Loop::post(std::function<void()> work) {
  if (!in_turn_of_other(*this)) {
    Batch alone;
    alone.push_back(std::move(work));
    return post_batch(std::move(alone));
  }
  auto letter = std::find_if(outgoing.begin(), outgoing.end(), [this](const auto& other) { return other.to == this; });
  if (letter == outgoing.end()) letter = outgoing.insert(letter, {this, {}});
  letter->batch.push_back(std::move(work));
  if (letter->batch.size() > 1) return;
  at_end_of_this_turn([this] {
    const auto due =
        std::find_if(outgoing.begin(), outgoing.end(), [this](const auto& other) { return other.to == this; });
    Batch batch = std::move(due->batch);
    outgoing.erase(due);
    post_batch(std::move(batch));
  });
}

void Loop::post_batch(Batch batch) {
  bool wake = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->mailbox.empty()) {
      state_->mailbox.swap(batch);
    } else {
      std::move(batch.begin(), batch.end(), std::back_inserter(state_->mailbox));
    }
    wake = std::exchange(state_->sleeping, false);
  }
  if (!wake) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(state_->wake_fd, &one, sizeof one);
}

bool Loop::is_home() const { return state_->home.load() == std::this_thread::get_id(); }

Timer Loop::start_timer(int64_t delay_ms, std::function<void()> work) {
  return state_->timers.start(clock_.monotonic_ms() + std::max<int64_t>(0, delay_ms), std::move(work));
}

void Loop::at_turn_end(std::function<void()> work) { state_->turn_end_functions.push_back(std::move(work)); }

void Loop::at_turn_end(TurnEndWork& work) {
  if (!work.linked()) work.link_before(state_->turn_end_nodes);
}

void Loop::watch(int fd, uint32_t events, Pollable& pollable) {
  State& s = *state_;
  const auto index = static_cast<size_t>(fd);
  if (s.pollables.size() <= index) s.pollables.resize(index + index / 2 + 64);
  s.pollables[index] = &pollable;
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(s.epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
    log::error("net", "a file descriptor could not be watched", {{"error", std::strerror(errno)}});
  }
}

void Loop::rewatch(int fd, uint32_t events, Pollable& pollable) {
  state_->pollables[static_cast<size_t>(fd)] = &pollable;
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(state_->epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

void Loop::unwatch(int fd) {
  State& s = *state_;
  epoll_ctl(s.epoll_fd, EPOLL_CTL_DEL, fd, nullptr);
  s.pollables[static_cast<size_t>(fd)] = nullptr;
  for (int64_t i = s.ready_next; i < s.ready_count; ++i) {  // the number may be used anew within this turn
    epoll_event& event = s.ready[static_cast<size_t>(i)];
    if (event.data.fd == fd) event.data.fd = -1;
  }
}

void Loop::note_freed(size_t bytes) {
  freed_bytes_ += bytes;
  if (!freed_told_ || freed_bytes_ < freed_each_bytes_) return;
  freed_bytes_ = 0;
  freed_told_();
}

void Loop::on_freed(size_t each_bytes, std::function<void()> told) {
  freed_each_bytes_ = each_bytes;
  freed_told_ = std::move(told);
}

std::string& Loop::read_buffer() {
  if (state_->read_buffer.empty()) state_->read_buffer.resize(read_buffer_bytes);
  return state_->read_buffer;
}

}  // namespace teahouse::net
