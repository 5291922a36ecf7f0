// The string classes of PRECIS, derived from Unicode properties, and the bidi rule: prep.cc stands on both.
//
// Spec: RFC 8264 sections 8 and 9 (classes), RFC 5892 appendix A (contextual rules), RFC 5893 section 2 (bidi rule).
// Thread: any.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace teahouse::xmpp {

enum class StringClass {
  identifier,  // IdentifierClass: letters, digits and printable ASCII
  freeform,    // FreeformClass: also spaces, symbols, punctuation and compatibility characters
};

// The index of the first code point that the class disallows (by itself or by its neighbours), or none.
std::optional<size_t> find_disallowed(std::u32string_view text, StringClass string_class);

// The condition of the bidi rule that is broken, and the character that breaks it; nothing if no character is written
// from right to left, or the whole keeps the rule.
struct BidiFault {
  enum class Rule { first, last, direction, digits } rule;  // conditions 1; 3 and 6; 2 and 5; 4
  char32_t character;
};
std::optional<BidiFault> find_bidi_fault(std::u32string_view text);

// IDNA2008 disallows three blocks of combining marks that PRECIS allows (RFC 5892 section 2.4).
bool is_idna_ignorable_block(char32_t character);

}  // namespace teahouse::xmpp
