// Calls: what the HTTP API needs of a home's calls: what a host's users have of them, and the services that carry them.
// Implemented in app/ by the modules, which the API may not include.
//
// Thread: the home's.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tenant/service_offer.h"
#include "tenant/tenant.h"

namespace teahouse {

enum class CallMedia : uint8_t { off, audio, video };  // the most that a call has

struct CallRules {
  CallMedia media = CallMedia::video;
  bool guests_call = false;  // guests may begin calls; they may take one in any case
};

class Calls {
 public:
  virtual ~Calls() = default;
  virtual CallRules rules(const Host& host) const = 0;
  // The services that an account of the host may use, in the order in which clients are to try them, with the
  // credentials for it. None where the tenant goes without them.
  virtual std::vector<ServiceOffer> services(const Host& host, std::string_view bare_jid) const = 0;
};

}  // namespace teahouse
