// Receipt: follows one stanza through the house until every write that it caused is known, and then tells its origin.
//
// Whoever handles the stanza holds a ReceiptPtr for as long as it may still write because of it, and calls await() with
// each write's Lsn. When the last holder lets go, the origin learns the highest Lsn: what has to be on disk before the
// stanza may be acknowledged (XEP-0198 <a/>, an API answer).
//
// Thread: held and let go on any loop; telling the origin is a post to its home.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "base/ids.h"

namespace teahouse {

class Receipt {
 public:
  Receipt() = default;
  virtual ~Receipt() = default;  // a kind of receipt tells its origin here
  Receipt(const Receipt&) = delete;

  void await(Lsn lsn) {
    Lsn seen = lsn_.load(std::memory_order_relaxed);
    while (seen < lsn && !lsn_.compare_exchange_weak(seen, lsn, std::memory_order_release)) {}
  }

 protected:
  Lsn highest() const { return lsn_.load(std::memory_order_acquire); }

 private:
  std::atomic<Lsn> lsn_ = 0;
};

// Tells whoever gave the call-back.
class CallbackReceipt final : public Receipt {
 public:
  explicit CallbackReceipt(std::function<void(Lsn)> done) : done_(std::move(done)) {}
  ~CallbackReceipt() override { done_(highest()); }

 private:
  std::function<void(Lsn)> done_;
};

// May be null: nobody waits.
using ReceiptPtr = std::shared_ptr<Receipt>;

inline void await(const ReceiptPtr& receipt, Lsn lsn) {
  if (receipt) receipt->await(lsn);
}

}  // namespace teahouse
