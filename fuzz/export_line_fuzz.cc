// Lines of an export from anywhere: what is written of a parsed one says the same; and a tenant's other domain changes
// nothing a second time.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "transfer/addresses.h"
#include "transfer/row_line.h"

namespace export_line_fuzz {

using namespace teahouse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto row = transfer::parse_row_line(text)) {
    const std::string line = transfer::write_row_line(*row);
    if (line.find('\n') != line.npos) abort();
    const auto again = transfer::parse_row_line(line);
    if (!again || store::to_line(*again) != store::to_line(*row)) abort();
  }
  static const transfer::Addresses addresses({{"a.example", HostKind::accounts}, {"r.a.example", HostKind::rooms}},
                                             "a.example", "b.example");
  const std::string renamed = addresses.rename(std::string(text));
  if (renamed.size() != size || addresses.rename(renamed) != renamed) abort();
  return 0;
}

}  // namespace export_line_fuzz
