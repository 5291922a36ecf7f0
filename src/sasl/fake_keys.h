// The keys that an account which does not exist seems to have (scram_keys.h), with the pair of one hash.
//
// Thread: any.
#pragma once

#include <string_view>

#include "crypto/hash.h"
#include "sasl/scram_keys.h"

namespace teahouse::sasl {

ScramKeys make_fake_keys(std::string_view secret, std::string_view authcid, crypto::Hash hash);

}  // namespace teahouse::sasl
