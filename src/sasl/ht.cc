#include "sasl/ht.h"

namespace teahouse::sasl {

const std::vector<HtName>& ht_names() {
  using crypto::Hash;
  static const std::vector<HtName> names = {
      {"HT-SHA-512-EXPR", Hash::sha512, "tls-exporter"},         {"HT-SHA-512-UNIQ", Hash::sha512, "tls-unique"},
      {"HT-SHA-512-ENDP", Hash::sha512, "tls-server-end-point"}, {"HT-SHA-512-NONE", Hash::sha512, ""},
      {"HT-SHA-256-EXPR", Hash::sha256, "tls-exporter"},         {"HT-SHA-256-UNIQ", Hash::sha256, "tls-unique"},
      {"HT-SHA-256-ENDP", Hash::sha256, "tls-server-end-point"}, {"HT-SHA-256-NONE", Hash::sha256, ""}};
  return names;
}

const HtName* find_ht(std::string_view name) {
  for (const HtName& each : ht_names()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

std::string make_initiator_proof(crypto::Hash hash, std::string_view token, std::string_view binding) {
  return crypto::hmac(hash, token, std::string("Initiator").append(binding));
}

std::string make_responder_proof(crypto::Hash hash, std::string_view token, std::string_view binding) {
  return crypto::hmac(hash, token, std::string("Responder").append(binding));
}

// authcid NUL proof
Step Ht::on_data(std::string_view client_data) {
  const size_t nul = client_data.find('\0');
  if (nul == client_data.npos || nul == 0) {
    return Failure{Condition::malformed_request, std::string(name()) + " needs a name, a NUL and a proof."};
  }
  const std::string_view authcid = client_data.substr(0, nul), proof = client_data.substr(nul + 1);
  if (auto failure = check_utf8(authcid)) return *std::move(failure);
  if (proof.size() != crypto::digest_size(name_.hash)) {
    return Failure{Condition::malformed_request, "The proof has a wrong size."};
  }
  auto localpart = parse_authcid(authcid);
  if (auto* failure = std::get_if<Failure>(&localpart)) return std::move(*failure);
  return VerifyProof{std::get<std::string>(std::move(localpart)), std::string(name()), std::string(proof), binding_};
}

Step Ht::on_accepted(std::string authcid, std::string server_data) {
  return Success{std::move(authcid), {}, std::move(server_data)};
}

}  // namespace teahouse::sasl
