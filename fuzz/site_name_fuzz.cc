// The words of a stranger for a site: each label that is made of them is one, and others like it are too; a puzzle that
// this server has not made is never solved.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sign_up/puzzles.h"
#include "sign_up/site_name.h"

namespace site_name_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const FakeClock clock;
  static const sign_up::Puzzles puzzles(clock);
  if (puzzles.is_solved(text, "1")) abort();
  const std::string label = sign_up::make_label(text);
  if (label.size() > sign_up::label_bytes_max || label.starts_with('-') || label.ends_with('-')) abort();
  if (sign_up::look_of(text.substr(0, 255)).find('.') != std::string::npos) abort();
  const auto parsed = sign_up::parse_label(text);
  if (!parsed) return 0;
  const auto again = sign_up::parse_label(*parsed);
  if (!again || *again != *parsed) abort();
  for (const std::string& other : sign_up::similar_labels(*parsed)) {
    if (!sign_up::parse_label(other)) abort();
  }
  return 0;
}

}  // namespace site_name_fuzz
