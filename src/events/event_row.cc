#include "events/event_row.h"

#include <optional>
#include <utility>

#include "base/text.h"

namespace teahouse {
namespace {

constexpr uint8_t version = 1;

void append_number(std::string& row, uint64_t number, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) row += static_cast<char>(number >> (8 * i) & 0xFF);
}

void append_field(std::string& row, std::string_view field) {
  const std::string_view kept = cut(field, event_field_bytes_max);
  append_number(row, kept.size(), 2);
  row += kept;
}
void append_field(std::string& row, store::ArchiveId id) {
  append_number(row, sizeof id, 2);
  append_number(row, static_cast<uint64_t>(id), sizeof id);
}

std::optional<uint64_t> take_number(std::string_view& rest, size_t bytes) {
  if (rest.size() < bytes) return std::nullopt;
  uint64_t number = 0;
  for (size_t i = 0; i < bytes; ++i) number = number << 8 | static_cast<uint8_t>(rest[i]);
  rest.remove_prefix(bytes);
  return number;
}

// True unless the bytes end within the field; an end before it leaves it empty.
bool take_field(std::string_view& rest, std::string_view* field) {
  if (rest.empty()) return true;
  const auto size = take_number(rest, 2);
  if (!size || *size > rest.size()) return false;
  *field = rest.substr(0, *size);
  rest.remove_prefix(*size);
  return true;
}
void read_field(std::string_view field, std::string& member) {
  if (is_utf8(field)) member = cut(field, event_field_bytes_max);
}
void read_field(std::string_view field, store::ArchiveId& member) {
  if (const auto id = take_number(field, sizeof member)) member = static_cast<store::ArchiveId>(*id);
}

template <class Body>
bool read_body(std::string_view rest, EventBody& body) {
  Body read;
  bool is_whole = true;
  Body::each_field(read, [&](const char*, auto& member) {
    std::string_view field;
    is_whole = is_whole && take_field(rest, &field);
    read_field(field, member);
  });
  body = std::move(read);
  return is_whole;
}

// The body of the type with this number; none where no type has it.
template <size_t Index = 1>
bool read_body_of(uint64_t number, std::string_view rest, EventBody& body) {
  if constexpr (Index < std::variant_size_v<EventBody>) {
    using Body = std::variant_alternative_t<Index, EventBody>;
    return number == Body::type.number ? read_body<Body>(rest, body) : read_body_of<Index + 1>(number, rest, body);
  } else {
    return true;
  }
}

}  // namespace

std::string write_event(const Event& event) {
  std::string row;
  const EventType* type = type_of(event.body);
  append_number(row, version, 1);
  append_number(row, type ? type->number : 0, 1);
  append_number(row, static_cast<uint64_t>(event.at_ms), 8);
  append_number(row, static_cast<uint64_t>(event.outbox_number), 8);
  std::visit(
      [&row](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (!std::is_same_v<Body, std::monostate>) {
          Body::each_field(body, [&row](const char*, const auto& member) { append_field(row, member); });
        }
      },
      event.body);
  return row;
}

Result<Event> parse_event(std::string_view row) {
  const Error cut_off{ErrorKind::bad_request, "event: the row ends too early"};
  const auto its_version = take_number(row, 1);
  if (!its_version) return cut_off;
  if (*its_version != version) return Event();
  const auto number = take_number(row, 1);
  const auto at_ms = take_number(row, 8);
  const auto outbox_number = take_number(row, 8);
  if (!number || !at_ms || !outbox_number) return cut_off;
  Event event;
  event.at_ms = static_cast<int64_t>(*at_ms);
  event.outbox_number = static_cast<int64_t>(*outbox_number);
  if (!read_body_of(*number, row, event.body)) return cut_off;
  return event;
}

}  // namespace teahouse
