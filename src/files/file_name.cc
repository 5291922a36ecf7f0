#include "files/file_name.h"

#include "base/text.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

Error refuse(std::string_view why) {
  return {ErrorKind::not_acceptable, std::string("The file's name ").append(why) + " Give it another one."};
}

bool is_unreserved(char c) {
  const char lower = lower_ascii(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

Result<std::string> parse_file_name(std::string_view text) {
  if (text.size() > file_name_bytes_max) return refuse("is longer than 255 bytes.");
  if (text.find_first_of("/\\") != std::string_view::npos) {
    return refuse("has a slash or backslash, as a path has.");
  }
  auto shown = parse_shown_text("The file's name", text, file_name_bytes_max);
  if (!shown) return Error{ErrorKind::not_acceptable, shown.error().text + " Give it another one."};
  if (shown->empty()) return refuse("is missing.");
  if (*shown == "." || *shown == "..") return refuse("is that of a folder.");
  return shown;
}

std::string make_disposition(bool is_inline, std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const bool is_plain = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '%';
    plain += is_plain ? c : '_';
  }
  return std::string(is_inline ? "inline" : "attachment") + "; filename=\"" + plain + "\"; filename*=UTF-8''" +
         encode_segment(name);
}

std::string encode_segment(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return encoded;
}

}  // namespace teahouse
