// LoginThrottle: slows failed logins down, per account and per address, without locking the rightful user out for long.
//
// Thread: any (one small mutex; not on the path of stanzas).
// Limits: remembers 100,000 keys; the oldest go first.
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
  // How long the answer to a login attempt must be held back, from the failures so far: 0 for the first three of the
  // last minutes, then doubling from 250 ms to 8 s. `refuse`: past 30 failures in 10 minutes an address is refused at
  // once.
  struct Wait {
    int64_t delay_ms = 0;
    bool refuse = false;
  };
  Wait before_answer(TenantId tenant, std::string_view localpart, std::string_view address) const;
  void failed(TenantId tenant, std::string_view localpart, std::string_view address);
  void succeeded(TenantId tenant, std::string_view localpart, std::string_view address);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse
