// Contents of a Jingle session: what is read goes into SDP of whole lines, which is read as the same SDP again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "modules/conferences/jingle/contents.h"

namespace jingle_contents_fuzz {

using teahouse::SharedBytes;
using teahouse::conferences::Role;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)teahouse::conferences::read_sdp(text, Role::responder, {"a", "b"});
  const auto document = teahouse::xml::Document::parse(SharedBytes(text));
  if (!document) return 0;
  const auto contents = teahouse::conferences::read_contents(document->root());
  if (!contents) return 0;
  const std::string sdp = teahouse::conferences::write_sdp(*contents, Role::initiator);
  for (size_t at = 0; at < sdp.size();) {
    const size_t end = sdp.find("\r\n", at);
    if (end == std::string::npos || end < at + 2 || sdp[at + 1] != '=') abort();
    for (size_t i = at; i < end; ++i) {
      if (sdp[i] < ' ' || sdp[i] > '~') abort();
    }
    at = end + 2;
  }
  const auto again = teahouse::conferences::read_sdp(sdp, Role::initiator, {});
  if (!again || again->contents.size() != contents->contents.size()) abort();
  std::string payload;
  teahouse::xml::Writer writer(payload);
  writer.open("jingle", "urn:xmpp:jingle:1");
  teahouse::conferences::write_contents(writer, *again);
  writer.close();
  if (!teahouse::xml::Document::parse(SharedBytes(payload))) abort();
  return 0;
}

}  // namespace jingle_contents_fuzz
