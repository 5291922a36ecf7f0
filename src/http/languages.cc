#include "http/languages.h"

#include <algorithm>

#include "base/text.h"
#include "http/message.h"

namespace teahouse::http {

std::string_view choose_language(std::string_view accept_language, std::initializer_list<std::string_view> known) {
  while (!accept_language.empty()) {
    const size_t comma = accept_language.find(',');
    const std::string tag = lower_ascii(trim(accept_language.substr(0, comma)).substr(0, 2));
    const auto* const found = std::find(known.begin(), known.end(), tag);
    if (found != known.end()) return *found;
    accept_language = comma == accept_language.npos ? std::string_view() : accept_language.substr(comma + 1);
  }
  return *known.begin();
}

}  // namespace teahouse::http
