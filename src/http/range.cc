#include "http/range.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "http/body_source.h"
#include "http/problem.h"

namespace teahouse::http {

namespace {

constexpr uint64_t most = std::numeric_limits<uint64_t>::max();

// A number, the greatest one where it is larger; none: it is no number.
std::optional<uint64_t> parse_number(std::string_view digits) {
  if (digits.empty()) return {};
  uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return {};
    const auto digit = static_cast<uint64_t>(c - '0');
    value = value > (most - digit) / 10 ? most : value * 10 + digit;
  }
  return value;
}

RangeAsked parse_suffix(std::string_view digits, uint64_t size) {
  const auto bytes = parse_number(digits);
  if (!bytes) return {};
  if (*bytes == 0) return {RangeAsked::Kind::unsatisfiable};
  if (size == 0) return {};  // satisfied, but Content-Range cannot say by what
  const uint64_t taken = std::min(*bytes, size);
  return {RangeAsked::Kind::part, size - taken, taken};
}

bool is_current(std::string_view if_range, const Headers& headers) {
  if (if_range.empty() || if_range.starts_with("W/")) return false;
  return if_range == headers.value(if_range.starts_with('"') ? "ETag" : "Last-Modified");
}

Response make_unsatisfiable(const Request& request, uint64_t size) {
  Response response =
      make_problem(request, 416, "This has " + std::to_string(size) + " bytes, and none in that range.");
  response.headers.add("Content-Range", "bytes */" + std::to_string(size));
  return response;
}

}  // namespace

RangeAsked parse_range(std::string_view range, uint64_t size) {
  const size_t equals = std::min(range.find('='), range.size());
  if (equals == range.size() || !equal_ignoring_case(range.substr(0, equals), "bytes")) return {};
  range = trim(range.substr(equals + 1));
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos) return {};
  if (dash == 0) return parse_suffix(range.substr(1), size);
  const auto first = parse_number(range.substr(0, dash));
  const auto last = dash + 1 == range.size() ? most : parse_number(range.substr(dash + 1));
  if (!first || !last || *last < *first) return {};
  if (*first >= size) return {RangeAsked::Kind::unsatisfiable};
  return {RangeAsked::Kind::part, *first, std::min(*last, size - 1) - *first + 1};
}

void answer_range(const Request& request, Response& response) {
  const bool is_whole = response.status == 200 && (!response.source || response.source->is_seekable());
  const auto size = response.source ? response.source->size() : response.body.size();
  if (!is_whole || !size) return;
  response.headers.add("Accept-Ranges", "bytes");
  const std::string* range = request.headers.find("Range");
  const std::string* if_range = request.headers.find("If-Range");
  if (!range || request.method != "GET" || (if_range && !is_current(*if_range, response.headers))) return;
  const RangeAsked asked = parse_range(*range, *size);
  if (asked.kind == RangeAsked::Kind::whole) return;
  if (asked.kind == RangeAsked::Kind::unsatisfiable) {
    response = make_unsatisfiable(request, *size);
    return;
  }
  response.status = 206;
  response.headers.add("Content-Range", "bytes " + std::to_string(asked.first) + '-' +
                                            std::to_string(asked.first + asked.bytes - 1) + '/' +
                                            std::to_string(*size));
  if (response.source) {
    response.source->narrow(asked.first, asked.bytes);
  } else {
    response.body = response.body.slice(response.body.view().substr(asked.first, asked.bytes));
  }
}

}  // namespace teahouse::http
