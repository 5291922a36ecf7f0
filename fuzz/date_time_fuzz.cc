// XEP-0082 times: what is read lies in the years 1 to 9999 and is read again, the same, when it is written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/clock.h"
#include "xmpp/date_time.h"

namespace date_time_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t year_1_ms = -62'135'596'800'000, year_10000_ms = 253'402'300'800'000;
  const auto time = teahouse::parse_time({reinterpret_cast<const char*>(data), size});
  if (!time) return 0;
  if (*time < year_1_ms || *time >= year_10000_ms) abort();
  if (*time >= 0 && teahouse::parse_time(teahouse::format_time(*time)) != *time) abort();
  return 0;
}

}  // namespace date_time_fuzz
