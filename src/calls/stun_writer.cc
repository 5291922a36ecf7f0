#include "calls/stun_writer.h"

#include "crypto/hash.h"

namespace teahouse::calls {
namespace {

void append_u16(std::string& bytes, uint16_t number) {
  bytes.push_back(static_cast<char>(number >> 8));
  bytes.push_back(static_cast<char>(number & 0xFF));
}

void append_u32(std::string& bytes, uint32_t number) {
  append_u16(bytes, static_cast<uint16_t>(number >> 16));
  append_u16(bytes, static_cast<uint16_t>(number & 0xFFFF));
}

}  // namespace

StunWriter::StunWriter(uint16_t method, MessageClass message_class, std::string_view transaction) {
  const auto the_class = static_cast<uint16_t>(message_class);
  append_u16(bytes_, static_cast<uint16_t>((method & 0xF) | (method & 0x70) << 1 | (method & 0xF80) << 2 |
                                           (the_class & 1) << 4 | (the_class & 2) << 7));
  append_u16(bytes_, 0);
  append_u32(bytes_, stun_cookie);
  bytes_.append(transaction);
}

void StunWriter::set_length(size_t more) {
  const size_t length = bytes_.size() + more - stun_header_bytes;
  bytes_[2] = static_cast<char>(length >> 8);
  bytes_[3] = static_cast<char>(length & 0xFF);
}

StunWriter& StunWriter::add(Attribute attribute, std::string_view value) {
  append_u16(bytes_, static_cast<uint16_t>(attribute));
  append_u16(bytes_, static_cast<uint16_t>(value.size()));
  bytes_.append(value).append((4 - value.size() % 4) % 4, '\0');
  set_length(0);
  return *this;
}

StunWriter& StunWriter::number(Attribute attribute, uint32_t value) {
  std::string bytes;
  append_u32(bytes, value);
  return add(attribute, bytes);
}

StunWriter& StunWriter::address(Attribute attribute, const Endpoint& endpoint) {
  const std::string transaction = bytes_.substr(8, transaction_bytes);
  return add(attribute, write_xor_address(endpoint, transaction));
}

StunWriter& StunWriter::error(int code, std::string_view reason) {
  std::string value(2, '\0');
  value.push_back(static_cast<char>(code / 100));
  value.push_back(static_cast<char>(code % 100));
  return add(Attribute::error_code, value.append(reason));
}

StunWriter& StunWriter::sign_sha1(std::string_view key) {
  set_length(4 + crypto::digest_size(crypto::Hash::sha1));
  return add(Attribute::message_integrity, crypto::hmac_sha1(key, bytes_));
}

StunWriter& StunWriter::sign_sha256(std::string_view key) {
  set_length(4 + crypto::digest_size(crypto::Hash::sha256));
  return add(Attribute::message_integrity_sha256, crypto::hmac_sha256(key, bytes_));
}

StunWriter& StunWriter::fingerprint() {
  set_length(8);
  return number(Attribute::fingerprint, stun_fingerprint(bytes_));
}

}  // namespace teahouse::calls
