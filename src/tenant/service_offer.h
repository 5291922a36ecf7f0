// ServiceOffer: an external service as one user has it, with the Credentials that open it to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tenant/external_services.h"

namespace teahouse {

struct Credentials {
  std::string username, password;
  int64_t expires_ms = 0;  // 0: never
};

struct ServiceOffer {
  ExternalService service;
  std::optional<Credentials> credentials;
};

}  // namespace teahouse
