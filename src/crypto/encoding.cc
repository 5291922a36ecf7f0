#include "crypto/encoding.h"

#include <array>
#include <cstdint>

namespace teahouse::crypto {
namespace {

constexpr std::string_view standard_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<int8_t, 256> make_values(std::string_view letters) {
  std::array<int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (size_t i = 0; i < letters.size(); ++i) values[static_cast<unsigned char>(letters[i])] = static_cast<int8_t>(i);
  return values;
}

constexpr auto standard_values = make_values(standard_letters);
constexpr auto url_values = make_values(url_letters);

// Ids of archived messages are written so, two for each message: hence the whole groups apart.
std::string encode(std::string_view bytes, std::string_view letters, bool padded) {
  const size_t left = bytes.size() % 3, whole = bytes.size() - left;
  std::string text(whole / 3 * 4 + (left == 0 ? 0 : padded ? 4 : left + 1), '=');
  char* out = text.data();
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  const char* letter = letters.data();
  for (size_t i = 0; i < whole; i += 3) {
    const unsigned group = in[i] << 16U | in[i + 1] << 8U | in[i + 2];
    *out++ = letter[group >> 18U];
    *out++ = letter[group >> 12U & 63U];
    *out++ = letter[group >> 6U & 63U];
    *out++ = letter[group & 63U];
  }
  if (left == 0) return text;
  const unsigned group = in[whole] << 16U | (left == 2 ? in[whole + 1] << 8U : 0U);
  *out++ = letter[group >> 18U];
  *out++ = letter[group >> 12U & 63U];
  if (left == 2) *out++ = letter[group >> 6U & 63U];
  return text;
}

// REQUIRES: no padding in text.
Result<std::string> decode(std::string_view text, const std::array<int8_t, 256>& values, const char* name) {
  const auto wrong = [name](const char* why) { return Error{ErrorKind::bad_request, std::string(name) + why}; };
  if (text.size() % 4 == 1) return wrong(" text has an impossible length.");
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int8_t value = values[static_cast<unsigned char>(c)];
    if (value < 0) return wrong(" text has a character that does not belong there.");
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  if ((bits & ((1U << count) - 1)) != 0) return wrong(" text has bits left over at its end.");
  return bytes;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_base64(std::string_view bytes) { return encode(bytes, standard_letters, true); }

Result<std::string> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return Error{ErrorKind::bad_request, "base64 text must be padded to groups of four."};
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return decode(text, standard_values, "base64");
}

std::string to_base64url(std::string_view bytes) { return encode(bytes, url_letters, false); }

Result<std::string> parse_base64url(std::string_view text) { return decode(text, url_values, "base64url"); }

std::string to_hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const unsigned byte = static_cast<unsigned char>(c);
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

Result<std::string> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return Error{ErrorKind::bad_request, "hex text must have an even length."};
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return Error{ErrorKind::bad_request, "hex text has a character that is not 0-9 or a-f."};
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  return bytes;
}

}  // namespace teahouse::crypto
