// Nicknames: making a key never crashes, a key is its own key, preparing a nick as a resourcepart changes no key, and
// what is made of any name can be prepared as one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "xmpp/nickname.h"
#include "xmpp/prep.h"

namespace nickname_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string near;
  const std::string nickname = teahouse::xmpp::make_nickname(text);
  if (!nickname.empty() && nickname.size() <= 1023 && !teahouse::xmpp::append_resourcepart(near, nickname)) abort();
  std::string prepared;
  if (!teahouse::xmpp::append_resourcepart(prepared, text)) return 0;
  const std::string key = teahouse::xmpp::make_nickname_key(text);
  if (teahouse::xmpp::make_nickname_key(key) != key) abort();
  if (teahouse::xmpp::make_nickname_key(prepared) != key) abort();
  return 0;
}

}  // namespace nickname_fuzz
