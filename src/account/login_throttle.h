// LoginThrottle: bounds how many passwords can be tried, without letting a stranger lock anybody out.
//
// It counts alike for every mechanism and way in. Each attempt takes a turn before its password is looked at, and only
// a right one has it back: hanging up early saves nothing. Each tenant is counted by itself, and an IPv6 address as its
// /64. An account is known at an address from which it has logged in within 30 days.
//
// Thread: any (one small mutex; not on the path of stanzas).
// Limits, in ten minutes, past which an attempt is refused whatever its password:
// - of one account from one address: 60 failures where it is known, 20 where it is not;
// - of one account from all addresses together where it is not known: 30;
// - of one address: failures at 30 accounts that are not known there, each counted once.
// It remembers 100,000 counts, the oldest go first, and of 100,000 accounts the last 8 addresses, the longest unused go
// first. A restart forgets all.
#pragma once

#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"

namespace teahouse {

class LoginThrottle {
 public:
  explicit LoginThrottle(const Clock& clock);
  ~LoginThrottle();

  // One more password is about to be tried. False: it must be refused.
  bool take(TenantId tenant, std::string_view localpart, std::string_view address);
  // What took a turn had the right password.
  void succeeded(TenantId tenant, std::string_view localpart, std::string_view address);
  // What took a turn tried no password after all.
  void give_back(TenantId tenant, std::string_view localpart, std::string_view address);
  // How long to hold back the answer to what has failed: 0 for the first three of this account and address, then
  // doubling from 250 ms to 8 s.
  int64_t delay_ms(TenantId tenant, std::string_view localpart, std::string_view address) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse
