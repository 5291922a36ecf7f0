#include "calls/stun.h"

#include <algorithm>
#include <array>

#include "crypto/hash.h"

namespace teahouse::calls {
namespace {

constexpr size_t header_bytes = 4;  // of an attribute
constexpr size_t sha1_bytes = 20, sha256_bytes = 32, sha256_bytes_min = 16, fingerprint_bytes = 4;
constexpr uint32_t fingerprint_xor = 0x5354554E;
constexpr uint16_t comprehension_optional = 0x8000;

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t sum = i;
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1) ? (sum >> 1) ^ 0xEDB88320 : sum >> 1;
    table[i] = sum;
  }
  return table;
}

constexpr std::array<Attribute, 18> understood = {Attribute::username,
                                                  Attribute::message_integrity,
                                                  Attribute::error_code,
                                                  Attribute::unknown_attributes,
                                                  Attribute::channel_number,
                                                  Attribute::lifetime,
                                                  Attribute::xor_peer_address,
                                                  Attribute::data,
                                                  Attribute::realm,
                                                  Attribute::nonce,
                                                  Attribute::even_port,
                                                  Attribute::requested_transport,
                                                  Attribute::dont_fragment,
                                                  Attribute::message_integrity_sha256,
                                                  Attribute::userhash,
                                                  Attribute::password_algorithm,
                                                  Attribute::reservation_token,
                                                  Attribute::requested_address_family};

size_t padded(size_t size) { return (size + 3) & ~size_t{3}; }

}  // namespace

uint16_t read_u16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(bytes[at]) << 8 | static_cast<uint8_t>(bytes[at + 1]));
}

uint32_t read_u32(std::string_view bytes, size_t at) {
  return static_cast<uint32_t>(read_u16(bytes, at)) << 16 | read_u16(bytes, at + 2);
}

uint32_t stun_fingerprint(std::string_view covered) {
  static constexpr auto table = make_crc_table();
  uint32_t sum = 0xFFFFFFFF;
  for (const char each : covered) sum = table[(sum ^ static_cast<uint8_t>(each)) & 0xFF] ^ (sum >> 8);
  return ~sum ^ fingerprint_xor;
}

size_t StunMessage::size_of(std::string_view bytes) { return stun_header_bytes + read_u16(bytes, 2); }

std::optional<StunMessage> StunMessage::parse(std::string_view bytes) {
  if (bytes.size() < stun_header_bytes || !is_begun(bytes) || size_of(bytes) != bytes.size()) return std::nullopt;
  if (bytes.size() % 4 != 0 || read_u32(bytes, 4) != stun_cookie) return std::nullopt;
  StunMessage message;
  message.bytes_ = bytes;
  const uint16_t type = read_u16(bytes, 0);
  message.class_ = static_cast<MessageClass>((type >> 4 & 1) | (type >> 7 & 2));
  message.method_ = static_cast<uint16_t>((type & 0xF) | (type >> 1 & 0x70) | (type >> 2 & 0xF80));
  if (!message.has_good_shape() || !message.is_good_fingerprint()) return std::nullopt;
  return message;
}

bool StunMessage::has_good_shape() const {
  size_t at = stun_header_bytes;
  while (at < bytes_.size()) {
    if (bytes_.size() - at < header_bytes) return false;
    const size_t size = padded(read_u16(bytes_, at + 2));
    if (bytes_.size() - at - header_bytes < size) return false;
    at += header_bytes + size;
  }
  return true;
}

template <class Visit>
void StunMessage::visit_all(Visit visit) const {
  uint16_t last = 0;  // of the two integrities and the fingerprint, which come in this order
  for (size_t at = stun_header_bytes; at < bytes_.size();) {
    const uint16_t type = read_u16(bytes_, at), size = read_u16(bytes_, at + 2);
    const auto is = [type](Attribute attribute) { return type == static_cast<uint16_t>(attribute); };
    const uint16_t rank = is(Attribute::message_integrity)          ? 1
                          : is(Attribute::message_integrity_sha256) ? 2
                          : is(Attribute::fingerprint)              ? 3
                                                                    : 0;
    if (rank > last || last == 0) {
      if (visit(Each{type, bytes_.substr(at + header_bytes, size), at})) return;
      last = std::max(last, rank);
    }
    at += header_bytes + padded(size);
  }
}

std::optional<std::string_view> StunMessage::find(Attribute attribute) const {
  std::optional<std::string_view> found;
  visit_all([&](const Each& each) {
    if (each.type == static_cast<uint16_t>(attribute)) found = each.value;
    return found.has_value();
  });
  return found;
}

std::optional<uint32_t> StunMessage::find_number(Attribute attribute) const {
  const auto value = find(attribute);
  if (!value || value->size() != 4) return std::nullopt;
  return read_u32(*value, 0);
}

std::optional<Endpoint> StunMessage::find_address(Attribute attribute) const {
  const auto value = find(attribute);
  return value ? read_xor_address(*value, transaction()) : std::nullopt;
}

std::optional<std::vector<Endpoint>> StunMessage::addresses(Attribute attribute) const {
  std::optional<std::vector<Endpoint>> all{std::in_place};
  visit_all([&](const Each& each) {
    if (each.type != static_cast<uint16_t>(attribute)) return false;
    const auto address = read_xor_address(each.value, transaction());
    if (address) {
      all->push_back(*address);
    } else {
      all.reset();
    }
    return !all.has_value();
  });
  return all;
}

std::vector<uint16_t> StunMessage::unknown() const {
  std::vector<uint16_t> all;
  visit_all([&all](const Each& each) {
    const bool is_understood = std::ranges::any_of(
        understood, [&each](Attribute attribute) { return static_cast<uint16_t>(attribute) == each.type; });
    if (each.type < comprehension_optional && !is_understood && std::ranges::find(all, each.type) == all.end()) {
      all.push_back(each.type);
    }
    return false;
  });
  return all;
}

// The header says a length up to the end of the attribute that is looked at, whatever follows (section 14.5).
std::string StunMessage::covered_by_integrity(size_t offset, size_t attribute_bytes) const {
  std::string covered(bytes_.substr(0, offset));
  const size_t length = offset + attribute_bytes - stun_header_bytes;
  covered[2] = static_cast<char>(length >> 8);
  covered[3] = static_cast<char>(length & 0xFF);
  return covered;
}

bool StunMessage::is_good_fingerprint() const {
  bool is_good = true;
  visit_all([&](const Each& each) {
    if (each.type != static_cast<uint16_t>(Attribute::fingerprint)) return false;
    is_good = each.value.size() == fingerprint_bytes &&
              each.offset + header_bytes + fingerprint_bytes == bytes_.size() &&
              read_u32(each.value, 0) == stun_fingerprint(bytes_.substr(0, each.offset));
    return true;
  });
  return is_good;
}

bool StunMessage::is_made_with(std::string_view key) const {
  std::optional<Each> sha1, sha256;
  visit_all([&](const Each& each) {
    if (each.type == static_cast<uint16_t>(Attribute::message_integrity)) sha1 = each;
    if (each.type == static_cast<uint16_t>(Attribute::message_integrity_sha256)) sha256 = each;
    return false;
  });
  if (sha256) {
    const size_t size = sha256->value.size();
    if (size < sha256_bytes_min || size > sha256_bytes || size % 4 != 0) return false;
    const std::string sum = crypto::hmac_sha256(key, covered_by_integrity(sha256->offset, header_bytes + size));
    return crypto::constant_time_equal(sum.substr(0, size), sha256->value);
  }
  if (!sha1 || sha1->value.size() != sha1_bytes) return false;
  const std::string sum = crypto::hmac_sha1(key, covered_by_integrity(sha1->offset, header_bytes + sha1_bytes));
  return crypto::constant_time_equal(sum, sha1->value);
}

std::string write_xor_address(const Endpoint& endpoint, std::string_view transaction) {
  std::string value(4 + endpoint.ip_bytes(), '\0');
  value[1] = static_cast<char>(endpoint.family);
  const auto port = static_cast<uint16_t>(endpoint.port ^ (stun_cookie >> 16));
  value[2] = static_cast<char>(port >> 8);
  value[3] = static_cast<char>(port & 0xFF);
  for (size_t i = 0; i < endpoint.ip_bytes(); ++i) {
    const uint8_t mask =
        i < 4 ? static_cast<uint8_t>(stun_cookie >> (24 - 8 * i)) : static_cast<uint8_t>(transaction[i - 4]);
    value[4 + i] = static_cast<char>(endpoint.ip[i] ^ mask);
  }
  return value;
}

std::optional<Endpoint> read_xor_address(std::string_view value, std::string_view transaction) {
  if (value.size() < 4) return std::nullopt;
  Endpoint endpoint;
  endpoint.family = static_cast<Family>(value[1]);
  if (endpoint.family != Family::v4 && endpoint.family != Family::v6) return std::nullopt;
  if (value.size() != 4 + endpoint.ip_bytes()) return std::nullopt;
  endpoint.port = static_cast<uint16_t>(read_u16(value, 2) ^ (stun_cookie >> 16));
  for (size_t i = 0; i < endpoint.ip_bytes(); ++i) {
    const uint8_t mask =
        i < 4 ? static_cast<uint8_t>(stun_cookie >> (24 - 8 * i)) : static_cast<uint8_t>(transaction[i - 4]);
    endpoint.ip[i] = static_cast<uint8_t>(value[4 + i]) ^ mask;
  }
  return endpoint;
}

}  // namespace teahouse::calls
