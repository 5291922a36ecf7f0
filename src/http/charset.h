// Charset: an encoding that a form may be written in, and its way to UTF-8.
//
// Spec: WHATWG Encoding, the labels and decoders of UTF-8, GBK with GB18030, and Big5: many Chinese forums and
// shops still send them. "\x80" is the euro sign in GBK, and Big5 has Hong Kong's supplement, as browsers have it.
// Errors: not_acceptable for another charset, bad_request for bytes that are none of its characters.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::http {

enum class Charset { utf8, gbk, big5 };

// The charset by any of its labels ("gb2312", "x-gbk", "CN-Big5"), in any case.
Result<Charset> parse_charset(std::string_view label);

// The text in UTF-8. UTF-8 itself is given back as it is, unchecked (utf8.h).
Result<std::string> to_utf8(std::string text, Charset charset);

}  // namespace teahouse::http
