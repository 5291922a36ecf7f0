// Target: the path of ours that a request means, decided once and before anybody asks who may go there.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::http {

struct Target {
  std::string path;          // see Request::path
  std::string query_string;  // not decoded
  std::string authority;     // of the absolute form ("http://im.example.org/"), which overrules Host; else empty
};

// "/a/b?c=d", "http://host/a/b?c=d" or "*". Errors: bad_request for another form; item_not_found for a path that can't
// be one of ours: a broken escape, a dot segment, also between encoded slashes or backslashes, control characters,
// bytes that are not UTF-8.
Result<Target> parse_target(std::string_view text);

// "im.Example.org:8080" -> "im.example.org"; "[::1]:80" -> "::1". Errors: bad_request.
Result<std::string> parse_host(std::string_view authority);

}  // namespace teahouse::http
