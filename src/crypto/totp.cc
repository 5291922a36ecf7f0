#include "crypto/totp.h"

#include <array>

#include "crypto/hash.h"

namespace teahouse::crypto {
namespace {

constexpr size_t digits = 6;
constexpr uint32_t code_end = 1'000'000;

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
                          std::string_view("-._~@").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out.append("%").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
    }
  }
  return out;
}

}  // namespace

std::string to_base32(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8 | static_cast<unsigned char>(c)) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += letters[held >> (bits - 5) & 31];
  }
  if (bits > 0) out += letters[held << (5 - bits) & 31];
  return out;
}

std::string make_totp(std::string_view secret, int64_t step) {
  std::string counter(8, '\0');
  for (size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<char>(static_cast<uint64_t>(step) >> (56 - 8 * i));
  const std::string mac = hmac_sha1(secret, counter);
  const size_t offset = static_cast<unsigned char>(mac.back()) & 15;
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(mac[offset + i]);
  std::string code = std::to_string((number & 0x7fffffff) % code_end);
  return std::string(digits - code.size(), '0') + code;
}

std::optional<int64_t> check_totp(std::string_view secret, std::string_view code, int64_t now_ms, int64_t last_step) {
  const int64_t now = now_ms / totp_step_ms;
  std::optional<int64_t> found;
  for (const int64_t step : {now - 1, now, now + 1}) {
    if (constant_time_equal(make_totp(secret, step), code) && step > last_step) found = step;
  }
  return found;
}

std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account) {
  return "otpauth://totp/" + percent_encode(issuer) + ":" + percent_encode(account) + "?secret=" + to_base32(secret) +
         "&issuer=" + percent_encode(issuer);
}

}  // namespace teahouse::crypto
