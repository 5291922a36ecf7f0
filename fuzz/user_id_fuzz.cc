// User ids from anywhere: each that has a localpart has one that is an address, that no other id has, and that leads
// back to it. And what RFC 3920 makes of any text, it makes of no second time another.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "account/reserved_form.h"
#include "account/user_id.h"
#include "xmpp/jid.h"
#include "xmpp/nickname.h"
#include "xmpp/prep.h"
#include "xmpp/stringprep.h"

namespace user_id_fuzz {
namespace {

void check_id(std::string_view text) {
  const auto localpart = teahouse::localpart_of_user_id(text);
  if (!localpart) return;
  const auto jid = teahouse::BareJid::make(*localpart, "localhost");
  if (!jid || jid->localpart() != *localpart) abort();
  const std::string id = teahouse::user_id_of(*localpart);
  const auto again = teahouse::localpart_of_user_id(id);
  if (!again || *again != *localpart) abort();
  const auto mapped = teahouse::xmpp::map_localpart(text);
  if (id != text && (!mapped || *mapped != id)) abort();  // but for its spelling it is the same
}

void check_localpart(std::string_view text) {
  std::string localpart;
  if (!teahouse::xmpp::append_localpart(localpart, text)) return;
  if (teahouse::user_id_of(localpart).empty()) abort();
  const std::string form = teahouse::stringprep_form(localpart);
  if (teahouse::stringprep_form(form) != form) abort();
}

void check_passwords(std::string_view text) {
  const auto prepared = teahouse::xmpp::saslprep(text);
  if (!prepared || prepared->empty()) return;
  const auto again = teahouse::xmpp::saslprep(*prepared);
  if (again && *again != *prepared) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_id(text);
  check_localpart(text);
  check_passwords(text);
  if (const std::string nick = teahouse::xmpp::make_nickname(text); !nick.empty()) {
    std::string prepared;
    if (!teahouse::xmpp::append_resourcepart(prepared, nick)) abort();
  }
  return 0;
}

}  // namespace user_id_fuzz
