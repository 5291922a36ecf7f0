// Queries of an archive, and the pages in them: what is read keeps to its limits, and a page is no larger than allowed.
#include "fuzz/xml_check_fuzz.h"
#include "xmpp/mam.h"

namespace mam_query_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  namespace fuzz = xml::fuzz;
  const auto document = xml::Document::parse(SharedBytes(std::string(reinterpret_cast<const char*>(data), size)));
  if (!document) return 0;
  const auto query = parse_mam_query(document->root());
  if (!query) {
    fuzz::require(!query.error().text.empty(), "a refusal says nothing");
    return 0;
  }
  fuzz::require(query->queryid.size() <= MamQuery::queryid_bytes_max, "a queryid is too long");
  fuzz::require(query->ids.size() <= MamQuery::ids_max, "too many ids");
  fuzz::require(query->rsm.page_size(20, 100) <= 100, "a page is too large");
  fuzz::require(!query->with || Jid::parse(query->with->str()).has_value(), "an address is none");
  return 0;
}

}  // namespace mam_query_fuzz
