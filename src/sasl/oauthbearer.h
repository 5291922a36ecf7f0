// OauthBearer: a bearer token (here a site token), which proves by itself whose it is.
//
// A refused token is answered with a challenge that says so in JSON; the client acknowledges it with one byte 0x01, and
// only then the exchange fails. Spec: RFC 7628.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sasl/mechanism.h"

namespace teahouse::sasl {

class OauthBearer final : public Mechanism {
 public:
  std::string_view name() const override { return "OAUTHBEARER"; }

 private:
  Step on_data(std::string_view client_data) override;
  Step on_accepted(std::string authcid, std::string server_data) override;
  Step on_refused(Failure failure) override;
  Step on_client_first(std::string_view message);

  std::string authzid_;
  std::optional<Failure> refused_;  // told to the client in JSON, and not yet acknowledged
};

}  // namespace teahouse::sasl
