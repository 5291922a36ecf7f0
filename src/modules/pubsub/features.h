// The features of XEP-0060 that a service has, as disco#info names them.
//
// Spec: XEP-0060 section 10.
#pragma once

#include <span>

namespace teahouse::pubsub {

// Those of accounts and of hosts.
std::span<const char* const> common_features();
// Those of accounts alone.
std::span<const char* const> account_features();

}  // namespace teahouse::pubsub
