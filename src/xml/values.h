// Numbers and booleans as they stand in text and attributes: white space around them says nothing.
//
// Spec: XML Schema Part 2, sections 3.2.2 (boolean), 3.3.13 (integer) and 4.3.6 (whiteSpace: collapse). Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace teahouse::xml {

// The text without the white space of XML at its ends.
std::string_view trim(std::string_view text);

// An integer of any size: one that an int64_t cannot hold is read as the nearest that it can. None for anything else.
std::optional<int64_t> parse_integer(std::string_view text);

// "1" and "true", "0" and "false".
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace teahouse::xml
