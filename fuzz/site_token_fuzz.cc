// A token as pages print it: the token that is found has no white space in it, and is found again as it is.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "account/site_token.h"

namespace site_token_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string token = teahouse::find_site_token(text);
  if (token.empty()) return 0;
  if (!token.starts_with("eyJ") || token.find('.') == token.npos || token.find_first_of(" \t\r\n") != token.npos)
    abort();
  if (teahouse::find_site_token(token) != token) abort();
  return 0;
}

}  // namespace site_token_fuzz
