// LoginThrottle: bounds how many passwords can be tried, without letting a stranger lock anybody out.
//
// It counts alike for every mechanism and way in. Each attempt takes a turn before its password is looked at, and ends
// as a failure unless it was right: hanging up early saves nothing. Each tenant is counted by itself, and an IPv6
// address as its /64. An account is known at an address from which it has logged in within 30 days.
//
// The rule: where an account is known, nothing that happens anywhere else counts, and what happens there slows it
// down only: past the bound an attempt each 10 seconds is looked at, anybody's. Attempts elsewhere may be refused while
// somebody is guessing.
//
// Thread: any (one small mutex; not on the path of stanzas).
// Limits, in ten minutes, past which an attempt is refused whatever its password:
// - of one account from one address where it is not known: 20 failures;
// - of one account from all addresses together where it is not known: 30;
// - of one address: failures at 30 accounts that are not known there, each counted once; then no further accounts;
// - of one account from one address where it is known: 60 failures, and past them all but one attempt each 10 seconds.
// Of each there may be 64 attempts under way besides, of an address 500, since right ones may come all at once.
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

// An account is known at an address since then.
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
  // An attempt that took a turn has failed, or was given up.
  void failed(TenantId tenant, std::string_view localpart, std::string_view address);
  // An attempt that took a turn had the right password.
  void succeeded(TenantId tenant, std::string_view localpart, std::string_view address);
  // An attempt that took a turn tried no password after all.
  void give_back(TenantId tenant, std::string_view localpart, std::string_view address);
  // How long to hold back the answer to an attempt that has failed: 0 for the first three of this account and address,
  // then doubling from 250 ms to 8 s.
  int64_t delay_ms(TenantId tenant, std::string_view localpart, std::string_view address) const;

  // The account was removed: the next owner of its name is known nowhere. Its stored logins go with its row.
  void forget(TenantId tenant, std::string_view localpart);
  // The logins that are to be kept and are not yet, in order; of one account at one address once a day. At most 10,000:
  // more of them are told with a later login.
  struct News {
    std::vector<KnownLogin> logins;
    uint64_t end = 0;  // how many there have been
  };
  News news() const;
  void keep_no_more(uint64_t end);  // all up to this end is on disk
  // A login that was kept before the start. REQUIRES: the oldest comes first.
  void learn(const KnownLogin& login);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse
