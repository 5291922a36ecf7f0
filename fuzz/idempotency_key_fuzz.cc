// Idempotency-Key as it comes in a header: what is read is 1 to 255 characters of ASCII that can be seen, or spaces in
// quotes, and is read again when it is written as a structured field.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/idempotency.h"

namespace idempotency_key_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto key = teahouse::api::parse_idempotency_key({reinterpret_cast<const char*>(data), size});
  if (!key) return 0;
  if (key->empty() || key->size() > 255) abort();
  std::string quoted = "\"";
  for (const char c : *key) {
    if (c < 0x20 || c >= 0x7F) abort();
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  const auto again = teahouse::api::parse_idempotency_key(quoted + "\"");
  if (!again || *again != *key) abort();
  return 0;
}

}  // namespace idempotency_key_fuzz
