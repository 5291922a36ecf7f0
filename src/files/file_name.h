// The name of a file, as its sender gives it: judged, and written in headers and URLs.
//
// Limits: file_name_bytes_max. Errors: not_acceptable, with a sentence.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse {

inline constexpr size_t file_name_bytes_max = 255;  // as much as a file system takes

// A name, and no path; without control characters, line breaks and changes of direction, which hide its end.
Result<std::string> parse_file_name(std::string_view text);

// The value of a Content-Disposition header (RFC 6266): the name for old clients in ASCII, and as it is.
std::string make_disposition(bool is_inline, std::string_view name);

// As one segment of a URL's path: all but unreserved characters (RFC 3986) percent-encoded.
std::string encode_segment(std::string_view text);

}  // namespace teahouse
