// Decoding of text that the scanner has already found well-formed: references, CDATA, line ends, attribute white space.
// Spec: XML 1.0 sections 2.7, 2.11, 3.3.3, 4.1, 4.6.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace teahouse::xml {

// The longest name between & and ; that is taken; character references may have leading zeros.
inline constexpr size_t reference_bytes_max = 32;

// The character that `&name;` stands for: one of the five entities or a character reference to a Char. Empty where
// there is none such.
std::optional<uint32_t> find_reference(std::string_view name);

// Appends character data: references and CDATA sections resolved, CRLF and CR become LF.
void append_decoded_text(std::string& out, std::string_view raw);

// Appends an attribute's value: references resolved; CRLF, CR, LF and tab become a space.
void append_decoded_value(std::string& out, std::string_view raw);

}  // namespace teahouse::xml
