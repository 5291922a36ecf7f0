// CapsName: the hash by which a client's presence names what the client can do. Features: what a disco#info answer that
// fits such a hash says.
//
// An answer that fits a hash may be told in several forms, since XEP-0115 hashes a plain text: its identities, features
// and form fields with a "<" behind each. Features holds that text, so what has() tells follows from the hash alone,
// from whichever client the answer came and in which form.
//
// Spec: XEP-0115 section 5, XEP-0390 section 4.
// Limits: features_bytes_max of hashed text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "xmpp/stanza.h"

namespace teahouse::caps {

inline constexpr size_t features_bytes_max = 16 * 1024;

struct CapsName {
  enum class Method : char { verification_string = '1', hash_set = '2' };  // XEP-0115, XEP-0390
  Method method;
  crypto::Hash hash;
  std::string digest;
  std::string node;  // that a client is asked for

  // The same for all clients that can do the same.
  std::string key() const { return std::string{static_cast<char>(method), static_cast<char>(hash)} + digest; }
};

// Of an available presence; XEP-0390's where there are both. None: it names nothing, or by no hash that we know.
std::optional<CapsName> read_caps(const Stanza& presence);

class Features {
 public:
  bool has(std::string_view feature) const;

 private:
  friend std::shared_ptr<const Features> verify(const CapsName& name, const xml::Element& query);
  explicit Features(std::string text) : text_(std::move(text)) {}
  const std::string text_;  // "<" before and behind each of them
};
using FeaturesPtr = std::shared_ptr<const Features>;

// Null: the disco#info answer does not fit the hash, is ill-formed (XEP-0115 section 5.4, XEP-0390 section 4.1), or too
// long.
FeaturesPtr verify(const CapsName& name, const xml::Element& query);

// The digest of a disco#info <query/> (XEP-0115 section 5.1, XEP-0390 section 4). None where it is ill-formed or too
// long.
std::optional<std::string> digest_of(CapsName::Method method, crypto::Hash hash, const xml::Element& query);

}  // namespace teahouse::caps
