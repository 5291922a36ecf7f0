// JIDs from anywhere: parsing never crashes, and parsing what came out of it changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "xmpp/jid.h"
#include "xmpp/prep.h"

namespace jid_fuzz {

using teahouse::Jid;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto jid = Jid::parse(text)) {
    const auto again = Jid::parse(jid->str());
    if (!again || *again != *jid) abort();
    if (again->localpart() != jid->localpart() || again->domainpart() != jid->domainpart() ||
        again->resourcepart() != jid->resourcepart()) {
      abort();
    }
    if (jid->localpart().size() > teahouse::jid_part_bytes_max || jid->domainpart().empty() ||
        jid->domainpart().size() > teahouse::jid_part_bytes_max ||
        jid->resourcepart().size() > teahouse::jid_part_bytes_max) {
      abort();
    }
    const auto made = teahouse::BareJid::make(jid->localpart(), jid->domainpart());
    if (!made || *made != jid->bare()) abort();
    if (made->str().find_first_of("&<>'\"") != std::string::npos) abort();  // it goes into XML as it is
    if (jid->is_full() && jid->bare().with_resource(jid->resourcepart())->str() != jid->str()) abort();
  }
  if (const auto password = teahouse::xmpp::prepare_password(text)) {
    const auto again = teahouse::xmpp::prepare_password(*password);
    if (!again || *again != *password) abort();
  }
  // XEP-0106 gives back what went in, but for spaces at the ends, which it cannot carry.
  if (size > 0 && text.front() != ' ' && text.back() != ' ') {
    if (teahouse::unescape_localpart(teahouse::escape_localpart(text)) != text) abort();
  }
  return 0;
}

}  // namespace jid_fuzz
