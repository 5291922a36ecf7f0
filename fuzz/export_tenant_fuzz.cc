// tenant.json of exports from anywhere: no crash, and nothing of a newer format is read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "transfer/tenant_document.h"

namespace export_tenant_fuzz {

using namespace teahouse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto document = transfer::parse_tenant_document({reinterpret_cast<const char*>(data), size});
  if (document && !document->is_of_one_user && document->tenant.occupant_id_secret.size() != 32) abort();
  return 0;
}

}  // namespace export_tenant_fuzz
