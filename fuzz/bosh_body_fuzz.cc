// The <body/> of a BOSH request: what is read keeps to its limits, and each element in it stands alone.
#include "fuzz/xml_check_fuzz.h"
#include "server/c2s/bosh/bosh_body.h"

namespace bosh_body_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  namespace fuzz = xml::fuzz;
  const auto body = c2s::parse_bosh_body(std::string(reinterpret_cast<const char*>(data), size));
  if (!body) {
    fuzz::require(body.error().kind == ErrorKind::bad_request && !body.error().text.empty(), "a refusal says nothing");
    return 0;
  }
  fuzz::require(body->rid >= 1 && body->rid <= c2s::BoshBody::rid_max, "a rid is none");
  fuzz::require(body->wait.value_or(0) >= 0 && body->hold.value_or(0) >= 0 && body->pause.value_or(0) >= 0,
                "a number is negative");
  fuzz::require(!body->restart || body->payloads.empty(), "a restart has something in it");
  for (const SharedBytes& payload : body->payloads) {
    const auto document = xml::Document::parse(payload, fuzz::wide_limits(), "jabber:client");
    fuzz::require(document.has_value(), "an element does not stand alone");
  }
  return 0;
}

}  // namespace bosh_body_fuzz
