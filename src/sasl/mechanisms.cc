#include "sasl/mechanisms.h"

#include <algorithm>

#include "sasl/oauthbearer.h"
#include "sasl/plain.h"
#include "sasl/scram.h"

namespace teahouse::sasl {
namespace {

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  for (const std::string_view one : names) {
    if (one == name) return true;
  }
  return false;
}

std::unique_ptr<Mechanism> make(std::string_view name, const Offer& offer) {
  if (name == "PLAIN") return std::make_unique<Plain>();
  if (name == "OAUTHBEARER") return std::make_unique<OauthBearer>();
  ScramSetup setup;
  setup.hash = name.starts_with("SCRAM-SHA-256") ? crypto::Hash::sha256 : crypto::Hash::sha1;
  setup.plus = name.ends_with("-PLUS");
  setup.plus_offered = offer.has_plus();
  if (setup.plus) setup.channel_bindings = offer.channel_bindings;
  setup.saw_plus = offer.saw_plus;
  setup.fake_secret = offer.fake_secret;
  return std::make_unique<Scram>(std::move(setup));
}

}  // namespace

bool Offer::has_plus() const {
  return passwords && encrypted && std::ranges::any_of(channel_bindings, &ChannelBinding::offered);
}

std::vector<std::string_view> offered_mechanisms(const Offer& offer) {
  std::vector<std::string_view> names;
  if (offer.has_plus()) names.insert(names.end(), {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"});
  if (offer.passwords) names.insert(names.end(), {"SCRAM-SHA-256", "SCRAM-SHA-1"});
  if (offer.tokens && offer.encrypted) names.push_back("OAUTHBEARER");
  if ((offer.passwords || offer.tokens) && offer.encrypted) names.push_back("PLAIN");
  return names;
}

std::variant<std::unique_ptr<Mechanism>, Failure> make_mechanism(std::string_view name, const Offer& offer) {
  if (contains(offered_mechanisms(offer), name)) return make(name, offer);
  Offer under_tls = offer;
  under_tls.encrypted = true;
  if (contains(offered_mechanisms(under_tls), name)) {
    return Failure{Condition::encryption_required, "This mechanism may only be used under TLS."};
  }
  return Failure{Condition::invalid_mechanism, "This mechanism is not offered here."};
}

}  // namespace teahouse::sasl
