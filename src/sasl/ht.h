// Ht: the mechanisms HT-*, by which a client proves in one message that it has a token, bound to its channel or not.
//
// The token itself is not sent: both sides hash with it, the client "Initiator" and the server "Responder". A name such
// as HT-SHA-256-EXPR says the hash and the binding: NONE, or EXPR (tls-exporter), UNIQ (tls-unique), ENDP
// (tls-server-end-point).
//
// Spec: draft-schmaus-kitten-sasl-ht-09.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "sasl/mechanism.h"

namespace teahouse::sasl {

struct HtName {
  std::string_view name;
  crypto::Hash hash;
  std::string_view binding;  // its type; empty: none
};
// The strongest first.
const std::vector<HtName>& ht_names();
// Null where there is none of that name.
const HtName* find_ht(std::string_view name);

// The words of each side, as only those say them that have the token. `binding`: the channel's data, empty where the
// mechanism has none.
std::string make_initiator_proof(crypto::Hash hash, std::string_view token, std::string_view binding);
std::string make_responder_proof(crypto::Hash hash, std::string_view token, std::string_view binding);

class Ht final : public Mechanism {
 public:
  Ht(const HtName& its_name, std::string binding) : name_(its_name), binding_(std::move(binding)) {}
  std::string_view name() const override { return name_.name; }

 private:
  Step on_data(std::string_view client_data) override;
  Step on_accepted(std::string authcid, std::string server_data) override;

  const HtName name_;
  const std::string binding_;
};

}  // namespace teahouse::sasl
