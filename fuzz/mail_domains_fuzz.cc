// A file of domains whose mail is thrown away: reading it never crashes, and nobody without a domain is at one of them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sign_up/mail_domains.h"

namespace mail_domains_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto domains = teahouse::sign_up::MailDomains::parse(text);
  if (!domains) return 0;
  if (domains->has("") || domains->has("ann@")) abort();
  domains->has(text);
  return 0;
}

}  // namespace mail_domains_fuzz
