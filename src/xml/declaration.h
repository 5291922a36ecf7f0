// The XML declaration. Spec: XML 1.0 section 2.8; RFC 6120 section 11.4 to 11.6.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "xml/stream_parser.h"

namespace teahouse::xml {

inline constexpr size_t declaration_bytes_max = 256;

// The fault of "<?xml ... ?>", if it has one: it must ask for version 1.x and UTF-8.
std::optional<StreamFault> find_declaration_fault(std::string_view declaration);

}  // namespace teahouse::xml
