// The language of a page, by what a browser prefers.
//
// Thread: any. Spec: RFC 9110 section 12.5.4, without the weights: browsers write the header in the user's order.
#pragma once

#include <initializer_list>
#include <string_view>

namespace teahouse::http {

// Of the first language in an Accept-Language header that is among these, of two letters each, as "zh"; else the first
// of these.
std::string_view choose_language(std::string_view accept_language, std::initializer_list<std::string_view> known);

}  // namespace teahouse::http
