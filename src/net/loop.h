// Loop: one thread's event loop: sockets by readiness (epoll), timers (a wheel), a mailbox, and work at the end of a
// turn.
//
// A turn is: wait, handle ready sockets, due timers, the mailbox as one batch; then the turn-end work (where
// connections write what was queued during the turn, gathered). After 2 ms of sockets the rest of those that are ready
// waits for the turns that follow, so that a flood holds up neither timers nor what other threads posted. Other threads
// wake it at most once a turn; all that one loop posts to another during a turn goes there together, at its end.
//
// Thread: all but post() and stop() only on its own thread, once run() has begun (before, on the thread that made it).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "net/intrusive_list.h"

namespace teahouse::net {

// Pollable: the object that a Loop calls when a watched file descriptor is ready. `events` are epoll's bits.
class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void on_ready(uint32_t events) = 0;
};

// The place of a ready file descriptor in a turn. `first` is for one that asks little and must not wait for a flood of
// the others, as a listener does: up to 16 of them are handled at once, in each turn before those that an earlier turn
// has left over.
enum class Rank : uint8_t { usual, first };

// Work for the end of a turn that costs no allocation. Destroying it takes the request back.
class TurnEndWork : private ListNode {
 public:
  virtual ~TurnEndWork() = default;  // ListNode leaves its list
  virtual void on_turn_end() = 0;

 protected:
  void stop_turn_end() { unlink(); }

 private:
  friend class Loop;
};

// A started timer; destroying it stops it. Movable. May outlive its loop.
class Timer {
 public:
  Timer();
  Timer(Timer&&) noexcept;
  Timer& operator=(Timer&&) noexcept;
  ~Timer();
  bool running() const;
  void stop();

 private:
  friend class Loop;
  friend class TimerWheel;
  struct Entry;
  std::unique_ptr<Entry> entry_;
};

class Loop final : public Executor {
 public:
  // `index` is this loop's place among its siblings, from 0.
  Loop(unsigned index, const Clock& clock);
  ~Loop() override;

  // Runs turns until stop(). Work posted before stop() is done first.
  void run();
  void stop();  // Thread: any.
  // One turn on the calling thread, waiting at most so long; for tests.
  void run_once(int64_t wait_ms);

  void post(std::function<void()> work) override;  // Thread: any.
  bool is_home() const;                            // is this its thread? Thread: any.
  unsigned index() const { return index_; }
  const Clock& clock() const { return clock_; }

  // Calls `work` once, about `delay_ms` from now (resolution 10 ms, never early); for as long as the Timer lives.
  [[nodiscard]] Timer start_timer(int64_t delay_ms, std::function<void()> work);
  // Calls `work` once at the end of this turn, or of the next one when called outside of a turn or by turn-end work.
  void at_turn_end(std::function<void()> work) override;
  // The same, after all functions of this turn's end: connections write then. Asking twice is asking once.
  void at_turn_end(TurnEndWork& work);

  void watch(int fd, uint32_t events, Pollable& pollable, Rank rank = Rank::usual);
  void rewatch(int fd, uint32_t events, Pollable& pollable);  // its rank stays
  void unwatch(int fd);  // no call-back for it comes after this, also not in this turn

  // Counts the memory that connections and sessions held that are gone; on_freed(): `told` hears of each so many bytes,
  // so that memory is returned to the system.
  void note_freed(size_t bytes);
  void on_freed(size_t each_bytes, std::function<void()> told);

  // One buffer of 64 KiB for reading, lent to the handler of an event; nothing stays in it.
  std::string& read_buffer();

 private:
  struct State;
  using Batch = std::vector<std::function<void()>>;
  void post_batch(Batch batch);
  void turn(int64_t wait_ms);
  void wait_for_ready(int64_t wait_ms);
  void handle_ready();
  void handle_first();
  void tell(int fd, uint32_t events);
  void handle_mailbox();
  void handle_turn_end();
  bool has_turn_end_work() const;

  std::unique_ptr<State> state_;
  size_t freed_bytes_ = 0, freed_each_bytes_ = 0;
  std::function<void()> freed_told_;
  const unsigned index_;
  const Clock& clock_;
};

}  // namespace teahouse::net
