// External: a client that TLS has proved already, by its certificate, says at most as whom it wants to act.
//
// Spec: RFC 4422 appendix A, XEP-0178.
#pragma once

#include <string>
#include <string_view>

#include "sasl/mechanism.h"

namespace teahouse::sasl {

class External final : public Mechanism {
 public:
  std::string_view name() const override { return "EXTERNAL"; }

 private:
  Step on_data(std::string_view client_data) override;
  Step on_accepted(std::string authcid, std::string server_data) override;

  std::string authzid_;
};

}  // namespace teahouse::sasl
