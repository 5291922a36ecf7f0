// <set/> of XEP-0059: whatever number it holds, a page keeps to the bounds of the answering side.
#include "fuzz/xml_check_fuzz.h"
#include "xmpp/rsm.h"

namespace rsm_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const auto document = xml::Document::parse(SharedBytes(std::string(reinterpret_cast<const char*>(data), size)));
  if (!document) return 0;
  for (const auto& request : {parse_rsm(document->root()), parse_rsm_of(document->root())}) {
    if (!request) continue;
    const size_t page = request->page_size(20, 50);
    xml::fuzz::require(page <= 50, "a page is too large");
    xml::fuzz::require(request->max || page == 20, "a page of no size is not the usual one");
    xml::fuzz::require(!request->backwards() || (request->before && !request->after), "which way?");
  }
  return 0;
}

}  // namespace rsm_fuzz
