#include "modules/muc/nick.h"

#include <algorithm>

#include "modules/muc/config.h"
#include "xmpp/nickname.h"
#include "xmpp/prep.h"

namespace teahouse::muc {

Result<Nick> Nick::parse(std::string_view text) {
  std::string prepared;
  const auto done = xmpp::append_resourcepart(prepared, text);
  if (!done) return Error{ErrorKind::not_acceptable, "This is no nick. " + done.error().text};
  const auto starts_character = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; };
  if (static_cast<size_t>(std::count_if(prepared.begin(), prepared.end(), starts_character)) > nick_characters_max) {
    return Error{ErrorKind::not_acceptable,
                 "A nick has at most " + std::to_string(nick_characters_max) + " characters."};
  }
  std::string key = xmpp::make_nickname_key(prepared);
  if (key.empty()) return Error{ErrorKind::not_acceptable, "A nick needs a character that can be seen."};
  return Nick(std::move(prepared), std::move(key));
}

}  // namespace teahouse::muc
