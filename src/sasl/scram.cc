// The exchange, in RFC 5802's names (what is in brackets the server adds between messages):
//
//   client-first   gs2-header client-first-bare     n,,n=user,r=abc
//   [keys]                                          looked up, or made up for nobody
//   server-first                                    r=abcXYZ,s=salt,i=4096,h=hash,t=0304
//   client-final   without-proof ,p=proof           c=biws,r=abcXYZ,p=...
//   server-final                                    v=signature
//
// c= repeats the gs2-header (and carries the channel binding), so that a change of the header's flag, name of the
// binding or authzid on the way is found out: it is compared byte for byte with what was received. The proof signs all
// of it. The downgrade that remains, a client told of no -PLUS, shows as the flag 'y' on a stream where -PLUS was
// offered. It does not show it when that client has come by a -PLUS exchange to its end before, on this stream: it was
// told of -PLUS then, and both its password and its channel binding were right, so nobody is in between. Clients do
// that which bind by OpenSSL's tls-unique over TLS 1.3, where RFC 9266 knows no such type (docs/decisions/0011).
// h= is the hash of the mechanisms and types of channel binding that were offered: the proof signs it too, so that a
// client sees by it what was taken out on the way (XEP-0474). t= is the version of TLS here: with another one at the
// client, two connections end between them (XEP-0515).
#include "sasl/scram.h"

#include "base/random.h"
#include "crypto/encoding.h"
#include "sasl/fake_keys.h"

namespace teahouse::sasl {
namespace {

constexpr size_t nonce_bytes_max = 1023;
constexpr size_t server_nonce_characters = 24;  // 142 bits

Failure malformed(std::string text) { return Failure{Condition::malformed_request, std::move(text)}; }
Failure wrong_credentials() { return Failure{Condition::not_authorized, "The name or the password is wrong."}; }

// Cuts "x=value" up to the next comma off the front of text; nothing unless it begins with that attribute, and nothing
// for a comma with nothing behind it.
std::optional<std::string_view> take_attribute(std::string_view& text, char attribute) {
  if (text.size() < 2 || text[0] != attribute || text[1] != '=') return std::nullopt;
  const size_t comma = text.find(',');
  if (comma != text.npos && comma + 1 == text.size()) return std::nullopt;
  const std::string_view value = text.substr(2, comma == text.npos ? text.npos : comma - 2);
  text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  return value;
}

// RFC 5802's saslname: ',' and '=' are written "=2C" and "=3D".
std::optional<std::string> decode_name(std::string_view text) {
  std::string name;
  name.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return std::nullopt;
    if (text[i] != '=') {
      name.push_back(text[i]);
      continue;
    }
    const std::string_view escape = text.substr(i, 3);
    if (escape != "=2C" && escape != "=3D") return std::nullopt;
    name.push_back(escape == "=2C" ? ',' : '=');
    i += 2;
  }
  return name;
}

bool is_nonce(std::string_view text) {
  if (text.empty() || text.size() > nonce_bytes_max) return false;
  for (const char c : text) {
    if (c < 0x21 || c == 0x7F || c == ',') return false;
  }
  return true;
}

// RFC 5802's `extensions`: attributes that we may pass over, but that must be well-formed.
bool are_extensions(std::string_view text) {
  while (!text.empty()) {
    const char c = text[0];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const auto value = take_attribute(text, c);
    if (!letter || !value || value->empty()) return false;
  }
  return true;
}

}  // namespace

Scram::KeyPair Scram::choose_pair(crypto::Hash hash, const ScramKeyPairs& pairs) {
  switch (hash) {
    case crypto::Hash::sha1: return {pairs.stored_key_sha1, pairs.server_key_sha1};
    case crypto::Hash::sha256: return {pairs.stored_key_sha256, pairs.server_key_sha256};
    case crypto::Hash::sha512: return {pairs.stored_key_sha512, pairs.server_key_sha512};
  }
  return {};
}

Scram::Scram(ScramSetup setup) : setup_(std::move(setup)) {}

std::string_view Scram::name() const {
  switch (setup_.hash) {
    case crypto::Hash::sha1: return setup_.plus ? "SCRAM-SHA-1-PLUS" : "SCRAM-SHA-1";
    case crypto::Hash::sha256: return setup_.plus ? "SCRAM-SHA-256-PLUS" : "SCRAM-SHA-256";
    case crypto::Hash::sha512: return setup_.plus ? "SCRAM-SHA-512-PLUS" : "SCRAM-SHA-512";
  }
  return {};
}

Step Scram::on_data(std::string_view client_data) {
  switch (state_) {
    case State::client_first: return on_client_first(client_data);
    case State::client_final: return on_client_final(client_data);
    case State::keys: break;
  }
  return malformed("No data was asked for.");
}

std::optional<Failure> Scram::take_binding_flag(std::string_view flag) {
  if (!setup_.plus) {
    denies_plus_ = flag == "y";
    if (denies_plus_ || flag == "n") return std::nullopt;
    return malformed("Channel binding needs a -PLUS mechanism.");
  }
  if (!flag.starts_with("p=")) return malformed("A -PLUS mechanism needs channel binding.");
  std::string types;
  for (const ChannelBinding& binding : setup_.channel_bindings) {
    if (binding.type == flag.substr(2)) binding_ = &binding;
    if (binding.offered) types.append(types.empty() ? "" : ", ").append(binding.type);
  }
  if (binding_) return std::nullopt;
  return malformed("This connection has no channel binding of that type, but " + types + ".");
}

Step Scram::on_client_first(std::string_view message) {
  if (auto failure = check_utf8(message)) return *std::move(failure);
  const size_t flag_end = message.find(',');
  const size_t header_end = flag_end == message.npos ? message.npos : message.find(',', flag_end + 1);
  if (header_end == message.npos) return malformed("The first message has no GS2 header.");
  if (auto failure = take_binding_flag(message.substr(0, flag_end))) return *std::move(failure);
  std::string_view authzid_field = message.substr(flag_end + 1, header_end - flag_end - 1);
  if (!authzid_field.empty()) {
    const auto value = take_attribute(authzid_field, 'a');
    auto authzid = value ? decode_name(*value) : std::nullopt;
    if (!authzid || authzid->empty()) return malformed("The authzid is malformed.");
    if (authzid->size() > authzid_bytes_max) return Failure{Condition::invalid_authzid, "The authzid is too long."};
    authzid_ = *std::move(authzid);
  }
  gs2_header_ = message.substr(0, header_end + 1);
  std::string_view bare = message.substr(header_end + 1);
  client_first_bare_ = bare;
  const auto user = take_attribute(bare, 'n');  // an 'm' here would be an extension that we must understand
  const auto name = user ? decode_name(*user) : std::nullopt;
  const auto nonce = take_attribute(bare, 'r');
  if (!name || name->empty() || !nonce || !is_nonce(*nonce) || !are_extensions(bare)) {
    return malformed("The first message is malformed.");
  }
  auto localpart = parse_authcid(*name);
  if (auto* failure = std::get_if<Failure>(&localpart)) return std::move(*failure);
  authcid_ = std::get<std::string>(std::move(localpart));
  if (denies_plus_ && setup_.plus_offered && setup_.saw_plus != authcid_) {
    return Failure{Condition::not_authorized,
                   "The flag 'y' says that this stream offered no -PLUS mechanisms, but it did. Either somebody took "
                   "them out on the way, or the client should have said 'n'."};
  }
  nonce_ =
      std::string(*nonce) + (setup_.server_nonce.empty() ? random_token(server_nonce_characters) : setup_.server_nonce);
  state_ = State::keys;
  return NeedCredentials{authcid_};
}

Step Scram::on_keys(const std::optional<ScramKeys>& keys) {
  // Made for everybody: it takes time.
  const ScramKeys fake = make_fake_keys(setup_.fake_secret, authcid_, setup_.hash);
  if (keys && keys->iterations < scram_iterations_min) {  // never let a client prove itself so cheaply
    return Failure{Condition::temporary_auth_failure, "The stored password is too weakly kept; set a new one."};
  }
  const auto add = [&](const ScramKeyPairs& pairs) {
    KeyPair pair = choose_pair(setup_.hash, pairs);
    const size_t size = crypto::digest_size(setup_.hash);
    if (pair.stored_key.size() == size && pair.server_key.size() == size) pairs_.push_back(std::move(pair));
  };
  if (keys) add(keys->pairs);
  if (keys && keys->saslprep_pairs) add(*keys->saslprep_pairs);
  known_ = !pairs_.empty();
  if (!known_) add(fake.pairs);
  const ScramKeys& shown = keys ? *keys : fake;  // an account with other keys only shows its own salt all the same
  server_first_ = "r=" + nonce_ + ",s=" + crypto::to_base64(shown.salt) + ",i=" + std::to_string(shown.iterations);
  if (!setup_.advertised.empty()) {
    server_first_ += ",h=" + crypto::to_base64(crypto::digest(setup_.hash, setup_.advertised));
  }
  if (!setup_.tls_version.empty()) server_first_ += ",t=" + setup_.tls_version;
  state_ = State::client_final;
  return Challenge{server_first_};
}

Step Scram::on_client_final(std::string_view message) {
  // The proof is last, and base64 has no comma: it signs all that is before its comma.
  const size_t proof_comma = message.rfind(",p=");
  if (proof_comma == message.npos) return malformed("The last message has no proof.");
  const auto proof = crypto::parse_base64(message.substr(proof_comma + 3));
  const std::string_view without_proof = message.substr(0, proof_comma);
  std::string_view rest = without_proof;
  const auto binding_text = take_attribute(rest, 'c');
  const auto nonce = take_attribute(rest, 'r');
  if (!binding_text || !nonce || !proof || !are_extensions(rest)) return malformed("The last message is malformed.");
  const auto binding = crypto::parse_base64(*binding_text);
  if (!binding) return malformed("The channel binding is not base64.");
  if (!crypto::constant_time_equal(*binding, gs2_header_ + (binding_ ? binding_->data : ""))) {
    return Failure{Condition::not_authorized, "The channel binding is not this connection's."};
  }
  if (!crypto::constant_time_equal(*nonce, nonce_)) {
    return Failure{Condition::not_authorized, "The nonce is not this exchange's."};
  }
  Step step = check_proof(without_proof, *proof);
  if (!binding_ || binding_->offered || !std::holds_alternative<Success>(step)) return step;
  Failure failure =
      malformed("This version of TLS has no " + binding_->type + ". Bind by another type, or not at all.");
  failure.saw_plus = authcid_;
  return failure;
}

Step Scram::check_proof(std::string_view without_proof, std::string_view proof) const {
  const std::string auth_message = client_first_bare_ + "," + server_first_ + "," + std::string(without_proof);
  if (proof.size() != crypto::digest_size(setup_.hash)) return malformed("The proof has a wrong size.");
  std::string signature;
  bool proved = false;
  for (const KeyPair& pair : pairs_) {
    std::string client_key = crypto::hmac(setup_.hash, pair.stored_key, auth_message);  // ClientSignature, until masked
    for (size_t i = 0; i < client_key.size(); ++i) client_key[i] = static_cast<char>(client_key[i] ^ proof[i]);
    const bool by_this = crypto::constant_time_equal(crypto::digest(setup_.hash, client_key), pair.stored_key);
    std::string its_signature = crypto::hmac(setup_.hash, pair.server_key, auth_message);
    if (by_this) signature = std::move(its_signature);
    proved |= by_this;
  }
  if (!proved || !known_) return wrong_credentials();
  return Success{authcid_, authzid_, "v=" + crypto::to_base64(signature)};
}

}  // namespace teahouse::sasl
