// Device: a browser or an app that an account is woken on; a plain value.
//
// Limits: a name of name_bytes_max. Spec: webpush/subscription.h.
#pragma once

#include <string>
#include <string_view>

#include "server/pushes.h"
#include "webpush/sender.h"

namespace teahouse::push {

inline constexpr size_t name_bytes_max = 100;
inline constexpr char ns[] = "urn:teahouse:push:0";  // of the requests; our own

struct Device {
  std::string id;  // made of its endpoint
  webpush::Subscription subscription;
  std::string name;
  bool shows_text = false;
  int64_t created_ms = 0;
  int64_t last_ms = 0;  // wall clock, of the last push that ended; in memory alone. 0: none
  webpush::Outcome last = {};
};

// Errors: bad_request, with a sentence that names the field.
Result<Device> make_device(const NewPushDevice& wanted, int64_t now_ms);

// The row that keeps it.
std::string write_device(const Device& device);
// Errors: internal_server_error for what write_device() has not written.
Result<Device> read_device(std::string_view id, std::string row);

std::string service_of(const Device& device);  // the host of its push service
PushDevice show(const Device& device);

}  // namespace teahouse::push
