// MediaType: what a file is, by its first bytes alone. Its sender's word counts for nothing: browsers are told what it
// is, and nothing that a browser would run has a name here.
//
// The table is our own and short: pictures, sound and film that browsers show, and two containers. A library that knows
// hundreds of kinds reads hostile bytes with as many parsers, to tell us names that we would not pass on.
#pragma once

#include <cstddef>
#include <string_view>

namespace teahouse {

struct MediaType {
  std::string_view name;  // "image/png"
  bool is_shown;          // a browser may show it in its place; else it is offered for saving
};

inline constexpr size_t media_type_bytes = 64;  // so many first bytes suffice
// "application/octet-stream" for what is none of the table.
const MediaType& find_media_type(std::string_view first_bytes);
// May a browser show what has this name? Not where the table does not know it.
bool is_shown_type(std::string_view name);

}  // namespace teahouse
