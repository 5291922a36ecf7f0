// Any answer of an authority is read without harm, and gives values within their limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acme/answers.h"

namespace acme_answers_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  using namespace teahouse::acme;
  (void)read_directory(text);
  if (const auto order = read_order(text); order && order->authorizations.size() > 20) std::abort();
  (void)read_authorization(text);
  (void)read_renewal_info(text);
  if (read_problem(400, text).text.size() > 300) std::abort();
  const int64_t wait_ms = read_retry_after_ms(text, 0);
  if (wait_ms < 0 || wait_ms > 7 * 86'400'000LL) std::abort();
  return 0;
}

}  // namespace acme_answers_fuzz
