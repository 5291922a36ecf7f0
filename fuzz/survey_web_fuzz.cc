// Any file by which a domain's web server tells of its XMPP server is judged without harm, in a few short sentences of
// printable ASCII.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "domains/survey/web.h"

namespace survey_web_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const survey::WebAnswer answer(http::ClientResponse{200, {}, std::string(reinterpret_cast<const char*>(data), size)});
  survey::Survey survey;
  survey::judge_host_meta(survey, "https://a.example/", answer);
  survey::judge_host_meta_json(survey, "https://a.example/", answer);
  survey::judge_posh(survey, "https://a.example/", answer, {{"a certificate"}});
  if (survey.findings.size() > 100) std::abort();
  for (const auto& each : survey.findings) {
    if (each.told.size() > 8000) std::abort();
    for (const char c : each.told) {
      if (c < 0x20 || c >= 0x7f) std::abort();
    }
  }
  (void)make_json(survey);
  return 0;
}

}  // namespace survey_web_fuzz
