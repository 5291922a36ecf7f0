// Ranges: the part of a body that a client asks for.
//
// Spec: RFC 9110 section 14. One range of bytes is answered; several at once, and what is no range, are passed over and
// get the whole, as they may.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace teahouse::http {

struct RangeAsked {
  enum class Kind { whole, part, unsatisfiable };
  Kind kind = Kind::whole;
  uint64_t first = 0, bytes = 0;  // of a part
};

// Reads the value of a Range header to a body of `size` bytes.
RangeAsked parse_range(std::string_view range, uint64_t size);

// Makes the answer 200 to a GET with Range the 206 or 416 that it should be, unless If-Range names another version
// (strong ETag, or Last-Modified). Any other answer, and a body that is not seekable, it leaves as they are.
void answer_range(const Request& request, Response& response);

}  // namespace teahouse::http
