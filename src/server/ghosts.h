// Ghosts: sessions whose client may be gone: it has no stream, or has not answered a probe. Where a limit of sessions
// is reached, the quietest of them makes room for a client that is there: a phone that lost its network often, and
// never came back to resume, must not lock its owner out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "server/home.h"

namespace teahouse {

// The sessions that a limit counts: one account's, or a whole tenant's.
struct Crowd {
  TenantId tenant;
  std::string account;  // a bare JID; empty: all of the tenant's
};

// The crowd whose limit keeps the account from another session.
std::optional<Crowd> find_full_crowd(const Resident& resident);

// Makes room for one more session: ends the crowd's quietest ghost, on whatever home it lives. Where none is known, the
// clients of which nothing came for longest are asked whether they are there, and one that has no answer within some
// seconds is a ghost.
//
// Thread: one home's. Limits: 16 clients are asked on each home, none that has just been heard of. All of a tenant's
// sessions are looked at for 60 newcomers a minute (ApiCallLimits); for others there is no room.
class SpaceMaking {
 public:
  static constexpr size_t asked_max = 16;
  static constexpr int64_t look_ms = 250;  // between two looks whether they have answered
  virtual ~SpaceMaking() = default;
};

// Calls `done`, later, with whether there may be room; not once its SpaceMaking is gone.
[[nodiscard]] std::shared_ptr<SpaceMaking> make_space(Home& home, Crowd crowd, std::function<void(bool made)> done);

}  // namespace teahouse
