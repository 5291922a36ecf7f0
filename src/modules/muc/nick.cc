#include "modules/muc/nick.h"

#include "base/text.h"
#include "modules/muc/config.h"
#include "xmpp/nickname.h"
#include "xmpp/prep.h"

namespace teahouse::muc {

Result<Nick> Nick::parse(std::string_view text) {
  std::string prepared;
  const auto done = xmpp::append_resourcepart(prepared, text);
  if (!done) return Error{ErrorKind::not_acceptable, "This is no nick. " + done.error().text};
  if (count_characters(prepared) > nick_characters_max) {
    return Error{ErrorKind::not_acceptable,
                 "A nick has at most " + std::to_string(nick_characters_max) + " characters."};
  }
  std::string key = xmpp::make_nickname_key(prepared);
  if (key.empty()) return Error{ErrorKind::not_acceptable, "A nick needs a character that can be seen."};
  return Nick(std::move(prepared), std::move(key));
}

}  // namespace teahouse::muc
