// Subscriptions from strangers, three lines (endpoint, p256dh, auth): reading them never crashes, what is taken leads
// to an https origin and can be encrypted for, and its row is read as it was written.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "modules/push/device.h"

namespace push_device_fuzz {

using namespace teahouse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)push::read_device("id", std::string(text));
  const size_t one = text.find('\n'), two = one == text.npos ? one : text.find('\n', one + 1);
  if (two == text.npos) return 0;
  const NewPushDevice wanted{std::string(text.substr(0, one)), std::string(text.substr(one + 1, two - one - 1)),
                             std::string(text.substr(two + 1)), "x", true};
  const auto made = push::make_device(wanted, 1);
  if (!made) return 0;
  if (!webpush::origin_of(made->subscription.endpoint).starts_with("https://")) abort();
  if (push::service_of(*made).empty()) abort();
  if (!webpush::encrypt("x", made->subscription.keys)) abort();
  const auto read = push::read_device(made->id, push::write_device(*made));
  if (!read || read->subscription.endpoint != made->subscription.endpoint || read->name != made->name) abort();
  return 0;
}

}  // namespace push_device_fuzz
