// StunWriter: a STUN message as it is written: attributes, then perhaps the integrity, then perhaps the fingerprint.
//
//   StunWriter(Method::binding, MessageClass::success, transaction).address(Attribute::xor_mapped_address,
//   peer).take();
//
// Thread: any. Spec: RFC 8489 sections 5 and 14.
#pragma once

#include <string>
#include <string_view>

#include "calls/stun.h"

namespace teahouse::calls {

class StunWriter {
 public:
  // REQUIRES: the transaction has 12 bytes.
  StunWriter(uint16_t method, MessageClass message_class, std::string_view transaction);
  StunWriter(Method method, MessageClass message_class, std::string_view transaction)
      : StunWriter(static_cast<uint16_t>(method), message_class, transaction) {}

  StunWriter& add(Attribute attribute, std::string_view value);
  StunWriter& number(Attribute attribute, uint32_t value);
  StunWriter& address(Attribute attribute, const Endpoint& endpoint);  // one of the XOR- kind
  StunWriter& error(int code, std::string_view reason);                // section 14.8
  // Nothing but the other integrity and the fingerprint may follow.
  StunWriter& sign_sha1(std::string_view key);
  StunWriter& sign_sha256(std::string_view key);
  StunWriter& fingerprint();
  std::string take() { return std::move(bytes_); }

 private:
  void set_length(size_t more);

  std::string bytes_;
};

// The header of a ChannelData message (RFC 8656 section 12.4).
inline constexpr size_t channel_header_bytes = 4;
inline constexpr uint16_t channel_min = 0x4000, channel_max = 0x4FFF;

}  // namespace teahouse::calls
