// Slots: leaves to upload one file each, signed, for once and for a short time.
//
// The secret is this run's, and so are the used ones: a slot ends with the server's run, and its client asks for
// another.
//
// Thread: any. Limits: slot_lasts_ms; used ones are forgotten when they have run out.
// Errors: not_authorized for what this run has not signed, gone for one that has run out, conflict for a second use;
// each with a sentence for the client's user.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace teahouse {

struct Slot {
  TenantId tenant = TenantId::server;
  std::string id;         // of the file
  std::string localpart;  // of the account
  int64_t incarnation = 0;
  std::string name;
  int64_t bytes = 0;
  std::string type;        // as the client calls it; empty: it does not
  int64_t expires_ms = 0;  // on the monotonic clock
};

class Slots {
 public:
  static constexpr int64_t slot_lasts_ms = 300'000;  // XEP-0363 section 9

  explicit Slots(const Clock& clock);
  int64_t next_expiry_ms() const { return clock_.monotonic_ms() + slot_lasts_ms; }
  std::string sign(const Slot& slot) const;
  // Reads what sign() gave, for the file of this id.
  Result<Slot> read(std::string_view token, TenantId tenant, std::string_view id) const;
  Result<void> use(const Slot& slot);
  // After a use that came to nothing: it may be used again while it lasts.
  void give_back(const Slot& slot);

 private:
  const Clock& clock_;
  const std::vector<std::string> secrets_;
  std::mutex mutex_;
  std::set<std::pair<int64_t, std::string>> used_;  // by the time when they run out
};

}  // namespace teahouse
