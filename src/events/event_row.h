// An event as a row of bytes: a version, the type's number, when, the place in the outbox, and then each field behind
// its length.
//
// It is read back tolerantly: fields that are missing or no text are empty, more than are known are left alone, and a
// row of another version or type is an event without a body.
//
// Limits: a field has 3,072 bytes, the rest is cut; so a row has less than 16 KiB.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "events/event.h"

namespace teahouse {

inline constexpr size_t event_field_bytes_max = 3072;

std::string write_event(const Event& event);
// Errors: bad_request for bytes that end too early.
Result<Event> parse_event(std::string_view row);

}  // namespace teahouse
