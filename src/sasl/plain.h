// Plain: a name and a password (or a site token in its place), in the clear under TLS.
//
// Spec: RFC 4616.
#pragma once

#include <string>
#include <string_view>

#include "sasl/mechanism.h"

namespace teahouse::sasl {

class Plain final : public Mechanism {
 public:
  std::string_view name() const override { return "PLAIN"; }

 private:
  Step on_data(std::string_view client_data) override;
  Step on_accepted(std::string authcid, std::string server_data) override;
  Step on_refused(Failure failure) override;

  std::string authzid_;
};

}  // namespace teahouse::sasl
