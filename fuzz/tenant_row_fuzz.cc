// Exported rows: what is read is read again, the same, when it is written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "store/tenant_row.h"

namespace tenant_row_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse::store;
  const auto row = parse_tenant_row({reinterpret_cast<const char*>(data), size});
  if (!row) return 0;
  const std::string line = to_line(*row);
  if (line.find('\n') != std::string::npos) abort();
  const auto again = parse_tenant_row(line);
  if (!again || again->kind != row->kind || again->store != row->store || again->key != row->key ||
      again->entry != row->entry || again->value != row->value || again->id != row->id || to_line(*again) != line) {
    abort();
  }
  return 0;
}

}  // namespace tenant_row_fuzz
