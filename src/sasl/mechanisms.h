// The mechanisms that a stream is offered, strongest first, and the one door through which one is made: a mechanism
// that was not offered cannot be used.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/channel_binding.h"
#include "sasl/mechanism.h"

namespace teahouse::sasl {

// The facts about one stream by which its mechanisms are chosen.
struct Offer {
  bool encrypted = false;                        // under TLS (or a proxy that the operator says is)
  bool passwords = true;                         // the host has accounts with passwords
  bool tokens = false;                           // the host takes site tokens
  bool device_tokens = false;                    // the server gives devices tokens
  std::string certificate;                       // that the client showed, and an account here has; empty: none
  bool sha512 = true;                            // all its passwords' keys have SHA-512's
  std::vector<ChannelBinding> channel_bindings;  // none to be offered: no -PLUS
  std::string tls_version;                       // see ScramSetup
  std::string saw_plus;                          // see ScramSetup
  std::string fake_secret;                       // see ScramSetup

  bool has_plus() const;
};

std::vector<std::string_view> offered_mechanisms(const Offer& offer);

// The mechanisms and the types of channel binding of the offer as one text, of which SCRAM tells the client the hash.
// Spec: XEP-0474 section 5.1.
std::string list_for_hash(const Offer& offer);

// The mechanisms by which a token of the client's device signs in (XEP-0484), on streams that have SASL2.
std::vector<std::string_view> offered_token_mechanisms(const Offer& offer);

// The mechanism of that name; or invalid-mechanism, or encryption-required for one that only wants TLS.
std::variant<std::unique_ptr<Mechanism>, Failure> make_mechanism(std::string_view name, const Offer& offer);
// The same of those for tokens.
std::variant<std::unique_ptr<Mechanism>, Failure> make_token_mechanism(std::string_view name, const Offer& offer);

}  // namespace teahouse::sasl
