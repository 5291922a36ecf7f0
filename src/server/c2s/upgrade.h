// Upgrade: a client's task to complete the older keys of its account's password with those of SHA-512, after a login by
// SASL2 has proved the password, and before the client hears of success.
//
// The client asks for the salt and the iterations by <next/>, and is to answer with the salted password, which nobody
// can compare with anything: it is taken from one alone that has proved the password by the keys that it completes.
//
// Thread: its login's.
// Limits: one such task a login; its hash has SHA-512's 64 bytes, and the element those of a stranger.
// Spec: XEP-0480, XEP-0388 section 2.6.3.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "sasl/mechanisms.h"
#include "server/c2s/identity.h"
#include "xml/document.h"

namespace teahouse::c2s {

class Upgrade {
 public:
  static constexpr std::string_view task = "UPGR-SCRAM-SHA-512";
  // Where accounts may have such keys: at a tenant that does not offer SCRAM-SHA-512 for that.
  static bool is_offered(const sasl::Offer& offer) { return offer.passwords && offer.encrypted && !offer.sha512; }

  // REQUIRES: sasl::may_add_sha512(keys).
  Upgrade(Identity identity, sasl::ScramKeys keys) : identity_(std::move(identity)), keys_(std::move(keys)) {}

  const Identity& identity() const { return identity_; }  // the client's, once the task is done
  const sasl::ScramKeys& keys() const { return keys_; }
  std::string make_continue() const;
  // XML to be sent; or the task is done, by these keys; or it has failed.
  std::variant<std::string, sasl::ScramKeys, sasl::Failure> on_element(const xml::Element& element);

 private:
  const Identity identity_;
  const sasl::ScramKeys keys_;
  bool is_begun_ = false;
};

}  // namespace teahouse::c2s
