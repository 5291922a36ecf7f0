// Form bodies and query strings: what is read is UTF-8 without foreign control characters and within the limits. The
// first byte chooses the charset.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "http/form.h"

namespace form_body_fuzz {
namespace {
void require(bool holds) {
  if (!holds) abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse::http;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto form = parse_form(text, Charset(data[0] % 3));
  if (form) {
    require(form->fields().size() <= 100);
    for (const auto& [name, value] : form->fields()) {
      require(teahouse::is_utf8(name) && teahouse::is_utf8(value));
      require(name.find('\0') == std::string::npos && value.find('\0') == std::string::npos);
    }
  }
  (void)parse_form_content_type(text);
  return 0;
}

}  // namespace form_body_fuzz
