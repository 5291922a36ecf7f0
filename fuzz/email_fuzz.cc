// E-mail addresses from anywhere: each has one spelling, which is its own, and which ends no line of a mail's header.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tenant/email.h"

namespace email_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto parsed = teahouse::parse_email("It", {reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  const auto again = teahouse::parse_email("It", *parsed);
  if (!again || *again != *parsed || parsed->find_first_of("\r\n <>,") != parsed->npos) abort();
  return 0;
}

}  // namespace email_fuzz
