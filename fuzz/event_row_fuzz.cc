// Rows of events: what is read is read again, the same, when it is written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "events/event_row.h"

namespace event_row_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const auto event = parse_event({reinterpret_cast<const char*>(data), size});
  if (!event) return 0;
  const std::string row = write_event(*event);
  if (row.size() > (16U << 10)) abort();
  const auto again = parse_event(row);
  if (!again || again->at_ms != event->at_ms || again->outbox_number != event->outbox_number ||
      type_of(again->body) != type_of(event->body) || write_event(*again) != row) {
    abort();
  }
  return 0;
}

}  // namespace event_row_fuzz
