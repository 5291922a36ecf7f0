// Nick: what an occupant is called in a room. It is shown as it was written and compared as people read it, so that
// "Romeo" and "romeo " are one person's.
//
// A value; always valid: prepared as the resourcepart that it is in the occupant's address.
//
// Spec: XEP-0045 section 17.1, RFC 7622 section 3.4, RFC 8266.
// Limits: nick_characters_max.
// Errors: not_acceptable, with a sentence that says why.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::muc {

class Nick {
 public:
  static Result<Nick> parse(std::string_view text);

  const std::string& str() const { return text_; }
  const std::string& key() const { return key_; }

  friend bool operator==(const Nick& a, const Nick& b) { return a.key_ == b.key_; }

 private:
  Nick(std::string text, std::string key) : text_(std::move(text)), key_(std::move(key)) {}

  std::string text_, key_;
};

}  // namespace teahouse::muc
