// StunMessage: a STUN message as it came, in its reader's buffer; and the words of STUN and TURN.
//
// Reading copies nothing and cannot fail later: parse() looks at the header and at the bounds of every attribute. Of
// attributes that come twice the first counts, and what follows the integrity counts as not there.
//
// Thread: any. Lifetime: the buffer outlives it. Limits: 64 KiB, by the format.
// Spec: RFC 8489 sections 5, 6.3, 14; RFC 8656 sections 17 to 19.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calls/endpoint.h"

namespace teahouse::calls {

inline constexpr size_t stun_header_bytes = 20, transaction_bytes = 12;
inline constexpr uint32_t stun_cookie = 0x2112A442;

enum class Method : uint16_t {
  binding = 1,
  allocate = 3,
  refresh = 4,
  send = 6,
  data = 7,
  create_permission = 8,
  channel_bind = 9,
};
enum class MessageClass : uint8_t { request = 0, indication = 1, success = 2, error = 3 };

enum class Attribute : uint16_t {
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000A,
  channel_number = 0x000C,
  lifetime = 0x000D,
  xor_peer_address = 0x0012,
  data = 0x0013,
  realm = 0x0014,
  nonce = 0x0015,
  xor_relayed_address = 0x0016,
  requested_address_family = 0x0017,
  even_port = 0x0018,
  requested_transport = 0x0019,
  dont_fragment = 0x001A,
  message_integrity_sha256 = 0x001C,
  password_algorithm = 0x001D,
  userhash = 0x001E,
  xor_mapped_address = 0x0020,
  reservation_token = 0x0022,
  additional_address_family = 0x8000,
  address_error_code = 0x8001,
  password_algorithms = 0x8002,
  fingerprint = 0x8028,
};

class StunMessage {
 public:
  // Does it begin as one? REQUIRES: four bytes are there.
  static bool is_begun(std::string_view bytes) { return (static_cast<uint8_t>(bytes[0]) & 0xC0) == 0; }
  // The bytes that a message which begins so takes. REQUIRES: four bytes are there.
  static size_t size_of(std::string_view bytes);
  // Nothing for what is no whole message, for one of RFC 3489 without the cookie, and for a wrong fingerprint.
  static std::optional<StunMessage> parse(std::string_view bytes);

  uint16_t method() const { return method_; }
  MessageClass message_class() const { return class_; }
  bool is(Method method, MessageClass message_class) const {
    return method_ == static_cast<uint16_t>(method) && class_ == message_class;
  }
  std::string_view transaction() const { return bytes_.substr(8, transaction_bytes); }
  std::string_view bytes() const { return bytes_; }

  std::optional<std::string_view> find(Attribute attribute) const;
  bool has(Attribute attribute) const { return find(attribute).has_value(); }
  // Of four bytes; nothing where it is not there, or has another size.
  std::optional<uint32_t> find_number(Attribute attribute) const;
  std::optional<Endpoint> find_address(Attribute attribute) const;  // one of the XOR- kind
  // All of one kind. Nothing where one of them is no address.
  std::optional<std::vector<Endpoint>> addresses(Attribute attribute) const;
  // Attributes that must be understood (below 0x8000) and are none of the above.
  std::vector<uint16_t> unknown() const;

  // Is the integrity there, and made with this key? With SHA-256 where that is there, else with SHA-1.
  bool is_made_with(std::string_view key) const;

 private:
  struct Each {
    uint16_t type;
    std::string_view value;
    size_t offset;  // of its header
  };
  // Calls visit(Each) until that gives true; nothing after the integrity but the rest of it and the fingerprint.
  template <class Visit>
  void visit_all(Visit visit) const;
  bool has_good_shape() const;
  bool is_good_fingerprint() const;
  std::string covered_by_integrity(size_t offset, size_t attribute_bytes) const;

  std::string_view bytes_;
  uint16_t method_ = 0;
  MessageClass class_ = MessageClass::request;
};

uint16_t read_u16(std::string_view bytes, size_t at);
uint32_t read_u32(std::string_view bytes, size_t at);
// As an XOR- attribute has it, and back; `transaction` is for IPv6. Spec: RFC 8489 section 14.2.
std::string write_xor_address(const Endpoint& endpoint, std::string_view transaction);
std::optional<Endpoint> read_xor_address(std::string_view value, std::string_view transaction);
uint32_t stun_fingerprint(std::string_view covered);

}  // namespace teahouse::calls
