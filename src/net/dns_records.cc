#include "net/dns_records.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace teahouse::net {
namespace {

constexpr size_t name_bytes_max = 253;
constexpr size_t label_bytes_max = 63;
constexpr size_t text_bytes_max = 4096;

uint16_t read_u16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(bytes[at]) << 8 | static_cast<uint8_t>(bytes[at + 1]));
}

// In lower case; nothing for a character that no host or service has.
std::optional<char> normal_character(char c) {
  const char lower = lower_ascii(c);
  const bool good = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  return good ? std::optional(lower) : std::nullopt;
}

// A name in labels, to the end of `bytes`; "" for the root.
std::optional<std::string> read_name(std::string_view bytes) {
  std::string name;
  while (!bytes.empty()) {
    const size_t length = static_cast<uint8_t>(bytes[0]);
    if (length == 0) return bytes.size() == 1 && name.size() <= name_bytes_max ? std::optional(name) : std::nullopt;
    if (length > label_bytes_max || length >= bytes.size()) return std::nullopt;
    if (!name.empty()) name += '.';
    for (const char c : bytes.substr(1, length)) {
      const auto normal = normal_character(c);
      if (!normal) return std::nullopt;
      name += *normal;
    }
    bytes.remove_prefix(1 + length);
  }
  return std::nullopt;
}

// One of them by chance, each as likely as its weight says, those of weight 0 hardly ever (RFC 2782, "Weight").
size_t choose(const std::vector<SrvRecord>& records, size_t first, size_t end,
              const std::function<uint32_t(uint32_t)>& below) {
  uint32_t sum = 0;
  for (size_t i = first; i < end; ++i) sum += records[i].weight;
  const uint32_t wanted = below(sum + 1);
  uint32_t running = 0;
  for (size_t i = first; i < end; ++i) {
    running += records[i].weight;
    if (running >= wanted) return i;
  }
  return first;
}

}  // namespace

std::optional<std::string> normal_dns_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > name_bytes_max || name.ends_with('.')) return std::nullopt;
  std::string normal;
  size_t label = 0;
  for (const char c : name) {
    const auto character = c == '.' ? std::optional(c) : normal_character(c);
    label = c == '.' ? 0 : label + 1;
    const bool is_empty_label = c == '.' && (normal.empty() || normal.back() == '.');
    if (!character || is_empty_label || label > label_bytes_max) return std::nullopt;
    normal += *character;
  }
  return normal;
}

std::vector<SocketAddress> read_addresses(const DnsAnswer& answer, uint16_t port) {
  std::vector<SocketAddress> addresses;
  for (const std::string& record : answer.records) {
    SocketAddress address;
    if (record.size() == sizeof(in_addr)) {
      auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
      std::memcpy(&v4.sin_addr, record.data(), record.size());
      address.size = sizeof v4;
    } else if (record.size() == sizeof(in6_addr)) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      std::memcpy(&v6.sin6_addr, record.data(), record.size());
      address.size = sizeof v6;
    } else {
      continue;
    }
    addresses.push_back(address);
  }
  return addresses;
}

std::vector<SrvRecord> read_srv(const DnsAnswer& answer) {
  std::vector<SrvRecord> records;
  for (const std::string_view record : answer.records) {
    if (record.size() < 7) continue;
    auto target = read_name(record.substr(6));
    if (target) {
      records.push_back({read_u16(record, 0), read_u16(record, 2), read_u16(record, 4), std::move(*target)});
    }
  }
  return records;
}

std::vector<TlsaRecord> read_tlsa(const DnsAnswer& answer) {
  std::vector<TlsaRecord> records;
  for (const std::string_view record : answer.records) {
    if (record.size() < 4) continue;
    const auto byte = [record](size_t at) { return static_cast<uint8_t>(record[at]); };
    records.push_back({byte(0), byte(1), byte(2), std::string(record.substr(3))});
  }
  return records;
}

std::vector<std::string> read_txt(const DnsAnswer& answer) {
  std::vector<std::string> texts;
  for (std::string_view record : answer.records) {
    std::string text;
    while (!record.empty() && record.size() > static_cast<uint8_t>(record[0])) {
      const size_t length = static_cast<uint8_t>(record[0]);
      text += record.substr(1, length);
      record.remove_prefix(1 + length);
    }
    if (record.empty() && text.size() <= text_bytes_max) texts.push_back(std::move(text));
  }
  return texts;
}

std::optional<std::string> read_cname(const DnsAnswer& answer) {
  if (answer.records.size() != 1) return std::nullopt;
  auto name = read_name(answer.records[0]);
  return name && !name->empty() ? name : std::nullopt;
}

std::vector<SrvRecord> order_srv(std::vector<SrvRecord> records, const std::function<uint32_t(uint32_t n)>& below) {
  std::ranges::sort(records, [](const SrvRecord& one, const SrvRecord& other) {
    return std::pair(one.priority, one.weight) < std::pair(other.priority, other.weight);
  });
  for (size_t first = 0; first < records.size(); ++first) {
    const auto same = [&](const SrvRecord& each) { return each.priority == records[first].priority; };
    const auto end = std::find_if_not(records.begin() + static_cast<ptrdiff_t>(first), records.end(), same);
    const size_t chosen = choose(records, first, static_cast<size_t>(end - records.begin()), below);
    const auto at = records.begin() + static_cast<ptrdiff_t>(chosen);
    std::rotate(records.begin() + static_cast<ptrdiff_t>(first), at, at + 1);  // the rest keeps its order
  }
  return records;
}

}  // namespace teahouse::net
