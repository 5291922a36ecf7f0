#include "http/forwarded.h"

#include <algorithm>
#include <array>
#include <vector>

namespace teahouse::http {
namespace {

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" or "[2001:db8::1]:4711".
std::optional<std::string> parse_forwarded(std::string_view text) {
  if (text.starts_with('[')) return net::normal_ip(text.substr(1, text.find(']') - 1));
  const size_t colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  return net::normal_ip(has_port ? text.substr(0, colon) : text);
}

// The last of the words with commas between; cut off.
std::string_view take_last(std::string_view& list) {
  const size_t comma = list.rfind(',');
  const std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
  return trim(last);
}

bool is_of_proxy(std::string_view name) {
  static constexpr std::array<std::string_view, 7> names = {
      "Forwarded",          "Via",      "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
      "X-Forwarded-Server", "X-Real-IP"};
  return std::ranges::any_of(names, [name](std::string_view one) { return equal_ignoring_case(name, one); });
}

}  // namespace

Sender find_sender(const net::Networks& trusted, const std::string& peer, bool secure, const Headers& headers) {
  Sender sender{peer, secure, trusted.contains(peer)};
  std::vector<std::string_view> lines;
  std::string_view scheme;
  for (const Header& header : headers) {
    if (equal_ignoring_case(header.name, "X-Forwarded-For")) lines.push_back(header.value);
    if (equal_ignoring_case(header.name, "X-Forwarded-Proto")) scheme = header.value;
    sender.forwarded = sender.forwarded || is_of_proxy(header.name);
  }
  if (!trusted.contains(peer)) return sender;
  if (!scheme.empty()) sender.secure = equal_ignoring_case(take_last(scheme), "https");
  for (; !lines.empty(); lines.pop_back()) {
    std::string_view& list = lines.back();
    while (!list.empty()) {
      const auto address = parse_forwarded(take_last(list));
      if (!address) return sender;
      sender.address = *address;
      if (!trusted.contains(sender.address)) return sender;
    }
  }
  return sender;
}

}  // namespace teahouse::http
