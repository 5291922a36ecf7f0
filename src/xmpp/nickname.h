// Nicknames: two that people would read as one have the same key, and any name has a nickname near it.
//
// Case, width and other compatibility variants, and white space (how much, of which kind, at the ends) tell no nickname
// from another. Letters of different scripts that look alike do.
//
// Spec: RFC 8266 section 2.4 (the Nickname profile of PRECIS). Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace teahouse::xmpp {

// The key of a name; empty for one with nothing to be seen, which is no nickname. It is for comparison only; the name
// is shown and sent as it was written. REQUIRES: UTF-8 of characters that a resourcepart may have, prepared as one or
// not.
std::string make_nickname_key(std::string_view text);

// The nearest to a name that a nickname can be: without the characters that no resourcepart has, and without white
// space at its ends. Empty where nothing is left.
std::string make_nickname(std::string_view name);

}  // namespace teahouse::xmpp
