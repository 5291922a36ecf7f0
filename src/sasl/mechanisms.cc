#include "sasl/mechanisms.h"

#include <algorithm>

#include "sasl/external.h"
#include "sasl/ht.h"
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

crypto::Hash hash_of(std::string_view scram) {
  if (scram.starts_with("SCRAM-SHA-512")) return crypto::Hash::sha512;
  return scram.starts_with("SCRAM-SHA-256") ? crypto::Hash::sha256 : crypto::Hash::sha1;
}

void append_sorted(std::string& text, std::vector<std::string_view> names) {
  std::ranges::sort(names);
  for (size_t i = 0; i < names.size(); ++i) text.append(i == 0 ? "" : "\x1e").append(names[i]);
}

std::unique_ptr<Mechanism> make(std::string_view name, const Offer& offer) {
  if (name == "PLAIN") return std::make_unique<Plain>();
  if (name == "EXTERNAL") return std::make_unique<External>();
  if (name == "OAUTHBEARER") return std::make_unique<OauthBearer>();
  ScramSetup setup;
  setup.hash = hash_of(name);
  setup.plus = name.ends_with("-PLUS");
  setup.plus_offered = offer.has_plus();
  if (setup.plus) setup.channel_bindings = offer.channel_bindings;
  setup.saw_plus = offer.saw_plus;
  setup.advertised = list_for_hash(offer);
  setup.tls_version = offer.tls_version;
  setup.fake_secret = offer.fake_secret;
  return std::make_unique<Scram>(std::move(setup));
}

}  // namespace

bool Offer::has_plus() const {
  return passwords && encrypted && std::ranges::any_of(channel_bindings, &ChannelBinding::offered);
}

std::vector<std::string_view> offered_mechanisms(const Offer& offer) {
  std::vector<std::string_view> names;
  if (!offer.certificate.empty() && offer.encrypted) names.emplace_back("EXTERNAL");
  if (offer.has_plus() && offer.sha512) names.emplace_back("SCRAM-SHA-512-PLUS");
  if (offer.has_plus()) names.insert(names.end(), {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"});
  if (offer.passwords && offer.sha512) names.emplace_back("SCRAM-SHA-512");
  if (offer.passwords) names.insert(names.end(), {"SCRAM-SHA-256", "SCRAM-SHA-1"});
  if (offer.tokens && offer.encrypted) names.push_back("OAUTHBEARER");
  if ((offer.passwords || offer.tokens) && offer.encrypted) names.push_back("PLAIN");
  return names;
}

std::string list_for_hash(const Offer& offer) {
  std::string text;
  append_sorted(text, offered_mechanisms(offer));
  if (!offer.has_plus()) return text;
  std::vector<std::string_view> types;
  for (const ChannelBinding& binding : offer.channel_bindings) {
    if (binding.offered) types.push_back(binding.type);
  }
  append_sorted(text += '\x1f', std::move(types));
  return text;
}

namespace {

// Null where the connection has none of this type, or none that may be used.
const ChannelBinding* find_binding(const Offer& offer, std::string_view type) {
  for (const ChannelBinding& each : offer.channel_bindings) {
    if (each.offered && each.type == type) return &each;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string_view> offered_token_mechanisms(const Offer& offer) {
  std::vector<std::string_view> names;
  if (!offer.device_tokens || !offer.encrypted) return names;
  for (const HtName& each : ht_names()) {
    if (each.binding.empty() || find_binding(offer, each.binding)) names.push_back(each.name);
  }
  return names;
}

std::variant<std::unique_ptr<Mechanism>, Failure> make_token_mechanism(std::string_view name, const Offer& offer) {
  const HtName* found = contains(offered_token_mechanisms(offer), name) ? find_ht(name) : nullptr;
  if (!found) return Failure{Condition::invalid_mechanism, "This mechanism is not offered for tokens here."};
  const ChannelBinding* binding = find_binding(offer, found->binding);
  return std::make_unique<Ht>(*found, binding ? binding->data : std::string());
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
