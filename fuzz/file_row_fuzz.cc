// Rows of files: what is read is read again, the same, when it is written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "files/file_info.h"

namespace file_row_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const auto file = parse_file_row("id", {reinterpret_cast<const char*>(data), size});
  if (!file) return 0;
  const auto again = parse_file_row("id", write_file_row(*file));
  if (!again || *again != *file) abort();
  return 0;
}

}  // namespace file_row_fuzz
