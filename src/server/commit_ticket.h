// CommitTicket: follows one stanza through the server until all that came of it is known, and then tells its origin
// the DeliveryOutcome.
//
// A handler of the stanza holds a TicketPtr for as long as it may still do something because of it. It calls
// await() with each write's Lsn, and says what became of the stanza where it ends: note() or refuse(). When the last
// holder lets go, the origin learns the outcome: what has to be on disk before the stanza may be acknowledged (XEP-0198
// <a/>, an API answer), and whether anybody has it.
//
// Thread: held and let go on any loop; the origin is told on the last holder's, from where its kind of ticket posts to
// its home.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "base/ids.h"
#include "base/result.h"

namespace teahouse {

// Where a stanza has ended, for the one that it was for; several may hold.
enum class Ended : uint8_t {
  archived = 1,       // in the recipient's archive
  delivered = 2,      // given to a session that has a stream
  delivered_off = 4,  // given to a session that waits to be resumed
  queued = 8,         // until the recipient has a session
};

struct DeliveryOutcome {
  Lsn stored = Lsn::none;        // the last write that it caused
  uint8_t ends = 0;              // of Ended
  std::optional<Error> refusal;  // what the sender was told, first

  bool has(Ended end) const { return (ends & static_cast<uint8_t>(end)) != 0; }
  bool is_kept() const { return ends != 0; }  // the recipient has it, or will
};

class CommitTicket {
 public:
  CommitTicket() = default;
  // A kind of ticket tells its origin here.
  virtual ~CommitTicket() { delete refusal_.load(std::memory_order_relaxed); }  // tidy: allow new: owned by an atomic
  CommitTicket(const CommitTicket&) = delete;

  void await(Lsn lsn) {
    Lsn seen = lsn_.load(std::memory_order_relaxed);
    while (seen < lsn && !lsn_.compare_exchange_weak(seen, lsn, std::memory_order_release)) {}
  }
  void note(Ended end) { ends_.fetch_or(static_cast<uint8_t>(end), std::memory_order_release); }
  void refuse(const Error& error) {
    auto refusal = std::make_unique<const Error>(error);
    const Error* none = nullptr;
    if (refusal_.compare_exchange_strong(none, refusal.get(), std::memory_order_acq_rel)) {
      static_cast<void>(refusal.release());  // the destructor has it now
    }
  }

 protected:
  Lsn highest() const { return lsn_.load(std::memory_order_acquire); }
  DeliveryOutcome outcome() const {
    const Error* refusal = refusal_.load(std::memory_order_acquire);
    return {highest(), ends_.load(std::memory_order_acquire), refusal ? std::optional(*refusal) : std::nullopt};
  }

 private:
  std::atomic<Lsn> lsn_ = Lsn::none;
  std::atomic<const Error*> refusal_ = nullptr;
  std::atomic<uint8_t> ends_ = 0;  // last: a kind of ticket fills what is free behind it
};

// CallbackTicket: calls back on the loop of the last holder.
class CallbackTicket final : public CommitTicket {
 public:
  explicit CallbackTicket(std::function<void(DeliveryOutcome)> done) : done_(std::move(done)) {}
  ~CallbackTicket() override { done_(outcome()); }

 private:
  std::function<void(DeliveryOutcome)> done_;
};

// May be null: nobody waits.
using TicketPtr = std::shared_ptr<CommitTicket>;

inline void await(const TicketPtr& ticket, Lsn lsn) {
  if (ticket) ticket->await(lsn);
}
inline void note(const TicketPtr& ticket, Ended end) {
  if (ticket) ticket->note(end);
}

}  // namespace teahouse
