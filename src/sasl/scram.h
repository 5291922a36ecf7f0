// Scram: SCRAM-SHA-1, SCRAM-SHA-256 and SCRAM-SHA-512, with and without channel binding (-PLUS).
//
// An account that does not exist gets a salt like any other, always the same, and fails at the end as a wrong password
// does. Spec: RFC 5802, RFC 7677, RFC 9266, XEP-0474 (advertised), XEP-0515
// (tls_version).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/channel_binding.h"
#include "crypto/hash.h"
#include "sasl/mechanism.h"

namespace teahouse::sasl {

struct ScramSetup {
  crypto::Hash hash = crypto::Hash::sha256;
  bool plus = false;                             // this is the -PLUS variant
  bool plus_offered = false;                     // some -PLUS variant was offered on this stream
  std::vector<ChannelBinding> channel_bindings;  // of the connection, for the -PLUS variant
  std::string saw_plus;      // this localpart's client is known to have seen -PLUS on this stream (Failure::saw_plus)
  std::string advertised;    // what the client was offered (list_for_hash); empty: the client is not told its hash
  std::string tls_version;   // of the connection, "0304" of TLS 1.3; empty: the client is not told it
  std::string fake_secret;   // a secret of the server, for accounts that do not exist
  std::string server_nonce;  // empty: a random one; given only by tests
};

class Scram final : public Mechanism {
 public:
  explicit Scram(ScramSetup setup);
  std::string_view name() const override;

 private:
  enum class State { client_first, keys, client_final };
  struct KeyPair {
    std::string stored_key, server_key;
  };

  Step on_data(std::string_view client_data) override;
  Step on_keys(const std::optional<ScramKeys>& keys) override;
  Step on_client_first(std::string_view message);
  std::optional<Failure> take_binding_flag(std::string_view flag);
  Step on_client_final(std::string_view message);
  static KeyPair choose_pair(crypto::Hash hash, const ScramKeyPairs& pairs);
  Step check_proof(std::string_view without_proof, std::string_view proof) const;

  const ScramSetup setup_;
  State state_ = State::client_first;
  std::string gs2_header_;
  const ChannelBinding* binding_ = nullptr;  // of setup_, that the client chose
  bool denies_plus_ = false;                 // the client says that no -PLUS was offered
  std::string authcid_;
  std::string authzid_;
  std::string nonce_;  // the client's and ours
  std::string client_first_bare_;
  std::string server_first_;
  std::vector<KeyPair> pairs_;  // any of them proves the password: one for each way to prepare it
  bool known_ = false;
};

}  // namespace teahouse::sasl
