#include "transfer/addresses.h"

namespace teahouse::transfer {
namespace {

// Before a domain, where it begins an address or ends its localpart; and behind it.
constexpr std::string_view before("@'\">\0\n", 6), behind("/'\"<\0\n ", 7);

bool is_edge(std::string_view text, size_t at, std::string_view edges) {
  return at >= text.size() || edges.find(text[at]) != edges.npos;
}

// A localpart before its '@', which follows an edge, or the start: else it is a word in a sentence.
bool begins_address(std::string_view text, size_t at) {
  if (at == 0) return true;
  if (!is_edge(text, at - 1, before)) return false;
  if (text[at - 1] != '@') return true;
  size_t start = at - 1;
  while (start > 0 && std::string_view(" '\"<>&/\0\n:", 10).find(text[start - 1]) == std::string_view::npos) --start;
  if (start == at - 1) return false;
  // "of ann@shop.example" and "a:ann@shop.example" are keys.
  return start == 0 || text[start - 1] != ' ' || start <= 3;
}

}  // namespace

Addresses::Addresses(const std::vector<HostName>& hosts, const std::string& from, const std::string& to) {
  if (from == to) return;
  for (const HostName& host : hosts) {
    if (host.domain == from) domains_.emplace_back(from, to);
    if (host.domain.ends_with("." + from)) {
      domains_.emplace_back(host.domain, host.domain.substr(0, host.domain.size() - from.size()) + to);
    }
  }
}

std::string Addresses::rename_host(std::string domain) const {
  for (const auto& [old, other] : domains_) {
    if (domain == old) return other;
  }
  return domain;
}

std::string Addresses::rename(std::string text) const {
  for (const auto& [old, other] : domains_) {
    for (size_t at = text.find(old); at != text.npos; at = text.find(old, at)) {
      if (begins_address(text, at) && is_edge(text, at + old.size(), behind)) {
        text.replace(at, old.size(), other);
        at += other.size();
      } else {
        at += old.size();
      }
    }
  }
  return text;
}

}  // namespace teahouse::transfer
