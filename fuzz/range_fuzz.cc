// Range headers: what is given lies within the body, whatever is asked.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/range.h"

namespace range_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using teahouse::http::RangeAsked;
  const std::string_view range(reinterpret_cast<const char*>(data), size);
  for (const uint64_t length : {uint64_t{0}, uint64_t{1}, uint64_t{1000}, UINT64_MAX}) {
    const RangeAsked asked = teahouse::http::parse_range(range, length);
    if (asked.kind != RangeAsked::Kind::part) continue;
    if (asked.bytes == 0 || asked.first >= length || asked.bytes > length - asked.first) abort();
  }
  return 0;
}

}  // namespace range_fuzz
