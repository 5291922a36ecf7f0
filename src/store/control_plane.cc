#include "store/control_plane.h"

namespace teahouse::store {

int64_t as_int(const Value& value) {
  const auto* number = std::get_if<int64_t>(&value);
  return number ? *number : 0;
}

const std::string& as_text(const Value& value) {
  static const std::string empty;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<Blob>(&value)) return blob->bytes;
  return empty;
}

}  // namespace teahouse::store
