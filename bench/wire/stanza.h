// As much XML as counting needs: where the first element ends, and what an attribute of its start tag says.
//
// It trusts what it reads to be well-formed and without comments or CDATA: servers check, and do not write those.
#pragma once

#include <string_view>

namespace teahouse::bench {

// The bytes of the first element, white space before it included; 0 while it is not whole. The XML declaration, the
// start tag of <stream:stream> and its end tag each count as one.
size_t find_element(std::string_view bytes);

// The attribute of the element's start tag, as written; empty where it is not there.
std::string_view find_attribute(std::string_view element, std::string_view name);

// Does the first start tag have this name? ("message")
bool is_named(std::string_view element, std::string_view name);

// The text between the first start tag `<name...>` and the `</` that follows; empty where there is none.
std::string_view find_text(std::string_view element, std::string_view name);

}  // namespace teahouse::bench
