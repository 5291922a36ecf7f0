// A timer that is due in d ticks stands in wheel l, where 64^l <= d < 64^(l+1), in the slot that the digit l (base 64)
// of its deadline names. Whenever the time passes a multiple of 64^l, the slot of wheel l that begins there is sorted
// into the finer wheels. Invariant: an entry of wheel l has (deadline >> 6l) in (now >> 6l) + 1 ... (now >> 6l) + 64,
// so that a slot is never ambiguous. Time jumps over stretches in which no slot is used; that is what makes an hour's
// advance cheap.
#include "net/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace teahouse::net {

namespace {
constexpr int64_t tick_ms = 10;
}

Timer::Timer() = default;
Timer::Timer(Timer&&) noexcept = default;
Timer& Timer::operator=(Timer&&) noexcept = default;
Timer::~Timer() = default;
bool Timer::running() const { return entry_ && entry_->linked(); }
void Timer::stop() { entry_.reset(); }

TimerWheel::TimerWheel(int64_t now_ms) : now_(now_ms / tick_ms) {}

TimerWheel::~TimerWheel() {
  for (Level& level : levels_) {
    for (ListNode& head : level.slot) {
      while (head.linked()) head.next()->unlink();
    }
  }
}

Timer TimerWheel::start(int64_t at_ms, std::function<void()> work) {
  Timer timer;
  timer.entry_ = std::make_unique<Timer::Entry>();
  timer.entry_->work = std::move(work);
  timer.entry_->deadline = std::max(now_ + 1, (at_ms + tick_ms - 1) / tick_ms);
  insert(*timer.entry_);
  return timer;
}

void TimerWheel::insert(Timer::Entry& entry) {
  constexpr int64_t reach = int64_t{1} << (levels * slot_bits);
  const int64_t ticks =
      std::clamp<int64_t>(entry.deadline - now_, 0, reach - 1);  // farther ones are sorted again later
  const int level = ticks < slots ? 0 : (std::bit_width(static_cast<uint64_t>(ticks)) - 1) / slot_bits;
  const auto index = static_cast<size_t>(((now_ + ticks) >> (level * slot_bits)) & (slots - 1));
  Level& wheel = levels_[static_cast<size_t>(level)];
  entry.link_before(wheel.slot[index]);
  wheel.used |= uint64_t{1} << index;
}

std::optional<int64_t> TimerWheel::next_tick() const {
  std::optional<int64_t> next;
  for (int level = 0; level < levels; ++level) {
    const Level& wheel = levels_[static_cast<size_t>(level)];
    const int64_t base = now_ >> (level * slot_bits);
    while (wheel.used != 0) {
      const int first = static_cast<int>((base + 1) & (slots - 1));
      const int steps = std::countr_zero(std::rotr(wheel.used, first));
      const auto index = static_cast<size_t>((first + steps) & (slots - 1));
      if (!wheel.slot[index].linked()) {  // its timers were stopped
        wheel.used &= ~(uint64_t{1} << index);
        continue;
      }
      const int64_t tick = (base + 1 + steps) << (level * slot_bits);
      if (!next || tick < *next) next = tick;
      break;
    }
  }
  return next;
}

std::optional<int64_t> TimerWheel::next_ms() const {
  const std::optional<int64_t> tick = next_tick();
  if (!tick) return std::nullopt;
  return *tick * tick_ms;
}

void TimerWheel::cascade(int level) {
  const auto index = static_cast<size_t>((now_ >> (level * slot_bits)) & (slots - 1));
  Level& wheel = levels_[static_cast<size_t>(level)];
  ListNode moving;
  moving.take_all(wheel.slot[index]);
  wheel.used &= ~(uint64_t{1} << index);
  while (moving.linked()) {
    auto& entry = static_cast<Timer::Entry&>(*moving.next());
    entry.unlink();
    insert(entry);
  }
}

void TimerWheel::fire_slot() {
  const auto index = static_cast<size_t>(now_ & (slots - 1));
  ListNode due;
  due.take_all(levels_[0].slot[index]);
  levels_[0].used &= ~(uint64_t{1} << index);
  while (due.linked()) {
    auto& entry = static_cast<Timer::Entry&>(*due.next());
    entry.unlink();
    const auto work = std::move(entry.work);  // the call may destroy the entry
    work();
  }
}

void TimerWheel::advance(int64_t now_ms) {
  const int64_t target = now_ms / tick_ms;
  while (true) {
    const std::optional<int64_t> next = next_tick();
    if (!next || *next > target) break;
    now_ = *next;
    for (int level = levels - 1; level > 0; --level) {
      if ((now_ & ((int64_t{1} << (level * slot_bits)) - 1)) == 0) cascade(level);
    }
    fire_slot();
  }
  now_ = std::max(now_, target);
}

}  // namespace teahouse::net
