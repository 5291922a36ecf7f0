// RequestRate: how often a room's people may ask its moderators or admins for something.
//
// Each request is a message to all of those, so the room as a whole has a rate too.
//
// Thread: the room's home loop.
// Limits: request_rate of an account, room_request_rate of all (config.h).
// Errors: resource_constraint, with how long to wait.
#pragma once

#include <optional>

#include "base/result.h"
#include "base/token_buckets.h"
#include "modules/muc/config.h"
#include "xmpp/jid.h"

namespace teahouse::muc {

class RequestRate {
 public:
  Result<void> take(const BareJid& account, int64_t now_ms);
  // Everybody may ask as often as at first.
  bool is_full(int64_t now_ms) const;

 private:
  TokenBuckets by_account_{affiliations_max};
  TokenBucket all_{room_request_rate};
  std::optional<int64_t> taken_ms_;  // the last time
};

}  // namespace teahouse::muc
