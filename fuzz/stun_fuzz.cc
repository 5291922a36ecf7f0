// Packets that come to the relay's ports: a message that is read has bytes and attributes within its buffer, and an
// address that is read is written as the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "calls/stun.h"

namespace stun_fuzz {
namespace {

using teahouse::calls::Attribute;
using teahouse::calls::StunMessage;
using teahouse::calls::write_xor_address;

void check_inside(std::string_view text, std::string_view part) {
  if (part.data() < text.data() || part.data() + part.size() > text.data() + text.size()) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto message = StunMessage::parse(text);
  if (!message) return 0;
  if (StunMessage::size_of(text) != size) abort();
  for (const auto attribute : {Attribute::username, Attribute::data, Attribute::nonce, Attribute::fingerprint,
                               Attribute::xor_peer_address, Attribute::message_integrity_sha256}) {
    const auto value = message->find(attribute);
    if (value) check_inside(text, *value);
  }
  const auto peer = message->find_address(Attribute::xor_peer_address);
  if (peer) {
    const std::string written = write_xor_address(*peer, message->transaction());
    const auto value = message->find(Attribute::xor_peer_address);
    if (written.substr(1) != value->substr(1)) abort();
  }
  (void)message->addresses(Attribute::xor_peer_address);
  (void)message->unknown();
  if (message->is_made_with("a key that no input has")) abort();
  return 0;
}

}  // namespace stun_fuzz
