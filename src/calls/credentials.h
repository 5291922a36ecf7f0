// CallCredentials: what opens the relay to one account for a day: nothing of it is stored or looked up.
//
// The user name is "expiry:tenant:account": seconds since 1970, the tenant's number, and a name for the account that
// tells nothing of it to those who see it on the way (STUN shows user names). The password is an HMAC of the user name
// under a key that is the tenant's, and of the day on which the credentials end.
//
// Thread: any. Limits: lasts_ms. Spec: draft-uberti-behave-turn-rest-00 section 2.2 has the like.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace teahouse::calls {

class CallCredentials {
 public:
  static constexpr int64_t lasts_ms = 24LL * 60 * 60 * 1000;

  explicit CallCredentials(std::string secret) : secret_(std::move(secret)) {}

  struct Made {
    std::string username, password;
    int64_t expires_ms = 0;
  };
  Made make(TenantId tenant, std::string_view bare_jid, int64_t now_ms) const;

  struct Claim {
    TenantId tenant = TenantId::server;
    std::string account;  // name_of() it
    int64_t expires_ms = 0;
    std::string password;  // that goes with the user name; whether it was used is the caller's to ask
  };
  // Nothing for a user name of another form, for one that is over, and for one that ends later than any that is made.
  std::optional<Claim> read(std::string_view username, int64_t now_ms) const;

  // Of an account, at the relay: 16 hexadecimal digits, the same each time.
  std::string name_of(TenantId tenant, std::string_view bare_jid) const;

 private:
  std::string password_of(TenantId tenant, int64_t expires_s, std::string_view username) const;

  const std::string secret_;
};

}  // namespace teahouse::calls
