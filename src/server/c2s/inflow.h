// Inflow: how much a client may send, by its plan: so many stanzas a second, past which they are refused, and so many
// bytes, past which it is not read from for a while.
//
// A value; of the clock it knows what it is told. A plan without a limit of stanzas has none of bytes either.
//
// Limits: 1 MiB a second, after 2 MiB at once: far less than what may wait for a session that reads slowly
// (Session::held_bytes_max), so that nobody's flood can throw out another session that does read.
#pragma once

#include "base/token_bucket.h"
#include "tenant/plan.h"

namespace teahouse::c2s {

class Inflow {
 public:
  static constexpr int64_t burst_bytes = 2 << 20, bytes_per_s = 1 << 20;

  // Follows this plan from now on; stanzas that were sent before stay counted.
  void use(int64_t now_ms, const PlanLimits& plan);
  // Whether one more stanza may be sent now.
  bool take_stanza(int64_t now_ms) { return !is_limited_ || stanzas_.take(now_ms); }
  // Counts bytes that came. For how long no more is to be read; 0: go on.
  int64_t count_bytes(int64_t now_ms, size_t bytes);

 private:
  bool is_limited_ = true;
  TokenBucket stanzas_{{}};
  TokenBucket bytes_{TokenRate::per_second(bytes_per_s, burst_bytes)};
};

}  // namespace teahouse::c2s
