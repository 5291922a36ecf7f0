// Text as code points, and the refusals that prep.cc and prep_domain.cc share.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::xmpp {

// The code points of a text; nothing for bytes that are not UTF-8.
std::optional<std::u32string> decode_utf8(std::string_view text);
void append_utf8(std::string& out, std::u32string_view text);

// jid_malformed, "WHAT WHY", where WHAT is "The localpart" or the like.
Error malformed(std::string_view what, std::string_view why);
Error disallowed(std::string_view what, char32_t character);
// "U+0041"
std::string name_of(char32_t character);

}  // namespace teahouse::xmpp
