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
constexpr int ready_max = 512;   // file descriptors told of at once
constexpr int first_max = 16;    // of Rank::first, handled in one turn
constexpr int64_t slice_ms = 2;  // of a turn: then those that are ready wait for the next

// The posts of this thread's turn to other loops, until its end.
struct ForLoop {
  Loop* to;
  std::vector<std::function<void()>> batch;
};
thread_local std::vector<ForLoop> outgoing;

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

// The file descriptors that epoll told of at once, handled in one turn or several.
template <size_t size>
struct Ready {
  bool empty() const { return next == count; }
  epoll_event take() { return events[next++]; }
  void wait(int epoll_fd, int timeout_ms) {
    const int told = epoll_wait(epoll_fd, events.data(), static_cast<int>(size), timeout_ms);
    next = 0;
    count = static_cast<size_t>(std::max(0, told));  // interrupted: an empty turn
  }
  void forget(int fd) {  // the number may be used anew before its turn
    for (size_t i = next; i < count; ++i) {
      if (events[i].data.fd == fd) events[i].data.fd = -1;
    }
  }

  std::array<epoll_event, size> events;
  size_t count = 0, next = 0;
};

struct Loop::State {
  explicit State(int64_t now_ms) : timers(now_ms) {}

  struct Watched {
    Pollable* pollable = nullptr;
    Rank rank = Rank::usual;
  };
  int epoll_of(int fd) const { return watched[static_cast<size_t>(fd)].rank == Rank::first ? first_fd : epoll_fd; }

  int epoll_fd = -1;
  int first_fd = -1;  // epoll of those of Rank::first; watched by the other
  int wake_fd = -1;
  std::vector<Watched> watched;  // by file descriptor
  Ready<ready_max> ready;
  Ready<first_max> first;
  TimerWheel timers;
  std::vector<std::function<void()>> turn_end_functions;
  ListNode turn_end_nodes;
  std::vector<std::function<void()>> batch;  // the mailbox's other half
  std::string read_buffer;
  bool stopping = false;
  std::atomic<std::thread::id> home = std::this_thread::get_id();

  std::mutex mutex;  // guards what stands below
  std::vector<std::function<void()>> mailbox;
  bool sleeping = false;  // waits in epoll, or is about to: the first post must wake it
};

Loop::Loop(unsigned index, const Clock& clock)
    : state_(std::make_unique<State>(clock.monotonic_ms())), index_(index), clock_(clock) {
  static std::once_flag once;
  std::call_once(once, ignore_sigpipe);
  state_->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (state_->epoll_fd < 0) give_up("epoll_create1");
  state_->first_fd = epoll_create1(EPOLL_CLOEXEC);
  if (state_->first_fd < 0) give_up("epoll_create1");
  state_->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (state_->wake_fd < 0) give_up("eventfd");
  for (const int fd : {state_->first_fd, state_->wake_fd}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(state_->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll_ctl");
  }
}

Loop::~Loop() {
  // Posted work that is dropped now may post in its destructors.
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
  ::close(state_->first_fd);
  ::close(state_->epoll_fd);
}

void Loop::run() {
  state_->home = std::this_thread::get_id();
  while (!state_->stopping) turn(-1);
  for (int round = 0; round < 100 && has_turn_end_work(); ++round) {  // work that the last turn's own asked for
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
  const bool is_going_on = !state_->ready.empty();
  if (!is_going_on) wait_for_ready(wait_ms);
  const Turn turn(*this);
  if (is_going_on) handle_first();
  handle_ready();
  state_->timers.advance(clock_.monotonic_ms());
  handle_mailbox();
  handle_turn_end();
}

bool Loop::has_turn_end_work() const { return state_->turn_end_nodes.linked() || !state_->turn_end_functions.empty(); }

void Loop::wait_for_ready(int64_t wait_ms) {
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
  s.ready.wait(s.epoll_fd, timeout);
  if (timeout != 0) {
    const std::lock_guard lock(s.mutex);
    s.sleeping = false;
  }
}

void Loop::handle_ready() {
  State& s = *state_;
  const int64_t until_ms = clock_.monotonic_ms() + slice_ms;
  while (!s.ready.empty()) {
    const epoll_event event = s.ready.take();
    if (event.data.fd == s.wake_fd) {
      uint64_t ignored = 0;
      [[maybe_unused]] const ssize_t n = ::read(s.wake_fd, &ignored, sizeof ignored);
    } else if (event.data.fd == s.first_fd) {
      handle_first();
    } else if (event.data.fd >= 0) {
      tell(event.data.fd, event.events);
      if (clock_.monotonic_ms() >= until_ms) return;
    }
  }
}

void Loop::handle_first() {
  State& s = *state_;
  s.first.wait(s.first_fd, 0);
  while (!s.first.empty()) {
    const epoll_event event = s.first.take();
    if (event.data.fd >= 0) tell(event.data.fd, event.events);
  }
}

void Loop::tell(int fd, uint32_t events) { state_->watched[static_cast<size_t>(fd)].pollable->on_ready(events); }

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
  nodes.take_all(s.turn_end_nodes);  // requests from now on are served in the next turn, so that sockets get theirs
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

void Loop::watch(int fd, uint32_t events, Pollable& pollable, Rank rank) {
  State& s = *state_;
  const auto index = static_cast<size_t>(fd);
  if (s.watched.size() <= index) s.watched.resize(index + index / 2 + 64);
  s.watched[index] = {&pollable, rank};
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(s.epoll_of(fd), EPOLL_CTL_ADD, fd, &event) != 0) {
    log::error("net", "a file descriptor could not be watched", {{"error", std::strerror(errno)}});
  }
}

void Loop::rewatch(int fd, uint32_t events, Pollable& pollable) {
  state_->watched[static_cast<size_t>(fd)].pollable = &pollable;
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(state_->epoll_of(fd), EPOLL_CTL_MOD, fd, &event);
}

void Loop::unwatch(int fd) {
  State& s = *state_;
  epoll_ctl(s.epoll_of(fd), EPOLL_CTL_DEL, fd, nullptr);
  s.watched[static_cast<size_t>(fd)] = {};
  s.ready.forget(fd);
  s.first.forget(fd);
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
