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
// - of one address: failures at 30 accounts that are not known there, each counted once; and 500 such attempts that
// have
//   not ended yet, as many people may come back at once.
// It remembers 100,000 counts, the oldest go first, and of 100,000 accounts the last 8 addresses, the longest unused go
// first. A restart forgets the counts; known_logins.h keeps the rest.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace teahouse {

// An account is known at an address since then. An empty address: it was removed, and is known nowhere.
struct KnownLogin {
  TenantId tenant;
  std::string localpart;
  std::string address;  // a key of 15 bytes, not the address itself
  int64_t last_ms = 0;  // wall time
};

class LoginThrottle {
 public:
  explicit LoginThrottle(const Clock& clock);
  ~LoginThrottle();

  // One more password is about to be tried. False: it must be refused.
  bool take(TenantId tenant, std::string_view localpart, std::string_view address);
  // What took a turn has failed, or was given up. Its turn was counted when it was taken.
  void failed(TenantId tenant, std::string_view localpart, std::string_view address);
  // What took a turn had the right password.
  void succeeded(TenantId tenant, std::string_view localpart, std::string_view address);
  // What took a turn tried no password after all.
  void give_back(TenantId tenant, std::string_view localpart, std::string_view address);
  // How long to hold back the answer to what has failed: 0 for the first three of this account and address, then
  // doubling from 250 ms to 8 s.
  int64_t delay_ms(TenantId tenant, std::string_view localpart, std::string_view address) const;

  // The account was removed: who gets its name next is known nowhere.
  void forget(TenantId tenant, std::string_view localpart);
  // What is to be kept since the last call, in order; of one account at one address once a day. At most 10,000: what is
  // more is told with a later login.
  std::vector<KnownLogin> take_news();
  // What was kept before the start, the oldest first.
  void learn(const KnownLogin& login);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse
