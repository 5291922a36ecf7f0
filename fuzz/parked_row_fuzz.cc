// Rows of sessions that outlive the server: what is read is read again, the same, when it is written, byte by byte.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/parked.h"

namespace parked_row_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const std::string_view row(reinterpret_cast<const char*>(data), size);
  const auto account = parse_parked_row(row);
  if (account && write_parked_row(*account) != row) abort();
  return 0;
}

}  // namespace parked_row_fuzz
