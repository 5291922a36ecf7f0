// The bytes of push endpoints: what is taken is written again as it was, and nothing opens without its seal.
#include "fuzz/xml_check_fuzz.h"
#include "modules/unified_push/endpoint.h"

namespace push_endpoint_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  namespace fuzz = xml::fuzz;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto endpoint = unified_push::parse(bytes);
  if (endpoint) fuzz::require(unified_push::write(*endpoint) == bytes, "an endpoint changed");
  Tenant tenant;
  tenant.occupant_id_secret = std::string(32, 's');
  fuzz::require(!unified_push::open(tenant, bytes, 0), "a token opens that nobody has sealed");
  const auto document = xml::Document::parse(SharedBytes(std::string(bytes)));
  if (document) (void)unified_push::read_register(document->root());
  return 0;
}

}  // namespace push_endpoint_fuzz
