// Capabilities: an answer of disco#info fits the hash of what it says, by both XEPs, and tells its features by it.
#include "crypto/encoding.h"
#include "fuzz/xml_check_fuzz.h"
#include "modules/caps/features.h"

namespace caps_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const auto document = xml::Document::parse(SharedBytes(std::string(reinterpret_cast<const char*>(data), size)));
  if (!document) return 0;
  for (const auto method : {caps::CapsName::Method::verification_string, caps::CapsName::Method::hash_set}) {
    for (const auto hash : {crypto::Hash::sha1, crypto::Hash::sha256}) {
      const caps::CapsName name{method, hash, std::string(crypto::digest_size(hash), 'x'), {}};
      xml::fuzz::require(!caps::verify(name, document->root()), "something fits a hash that nobody knows");
    }
  }
  const auto stanza = Stanza::is_stanza(document->root()) ? Stanza::read(*document) : Result<Stanza>(Error{});
  if (!stanza) return 0;
  const auto name = caps::read_caps(*stanza);
  xml::fuzz::require(!name || name->digest.size() == crypto::digest_size(name->hash), "a hash of another size");
  return 0;
}

}  // namespace caps_fuzz
