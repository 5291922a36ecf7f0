// The features that a stream offers its client, before it is authenticated and after.
//
// Spec: RFC 6120 section 4.3.2, XEP-0388, XEP-0386, XEP-0440 (channel bindings), XEP-0478 (limits), XEP-0480
// (upgrades), XEP-0484.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sasl/mechanisms.h"
#include "server/module.h"

namespace teahouse::c2s {

struct FirstFeatures {
  bool starttls = false;
  bool tls_required = false;  // and nothing else is offered before it
  const sasl::Offer& offer;
  bool has_sasl2 = false;  // the client may use SASL2 too
};
// The features that the modules of a home declare, as far as they are offered to this tenant.
struct ModuleFeatures {
  std::vector<const ModuleInfo*> modules;
  const Tenant& tenant;
  int64_t idle_s = 0;     // of silence after which a client that is known is asked whether it is there; 0: never
  std::string more = {};  // XML, for a client that is known (Hooks::stream_features)
};

std::string make_features(const FirstFeatures& features, const ModuleFeatures& declared);
// Of a stream that is authenticated, and has no resource yet or has one.
std::string make_account_features(const ModuleFeatures& declared);
std::string make_bound_features(const ModuleFeatures& declared);

}  // namespace teahouse::c2s
