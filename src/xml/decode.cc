#include "xml/decode.h"

#include "xml/chars.h"

namespace teahouse::xml {
namespace {

constexpr std::string_view cdata_open = "<![CDATA[";
constexpr std::string_view cdata_close = "]]>";

std::optional<uint32_t> parse_code(std::string_view digits, uint32_t base) {
  if (digits.empty()) return std::nullopt;
  uint32_t code = 0;
  for (const char digit : digits) {
    uint32_t worth = base;
    if (digit >= '0' && digit <= '9') worth = static_cast<uint32_t>(digit - '0');
    if (digit >= 'a' && digit <= 'f') worth = static_cast<uint32_t>(digit - 'a' + 10);
    if (digit >= 'A' && digit <= 'F') worth = static_cast<uint32_t>(digit - 'A' + 10);
    if (worth >= base) return std::nullopt;
    code = code * base + worth;
    if (code > 0x10FFFF) return std::nullopt;
  }
  if (!is_char(code)) return std::nullopt;
  return code;
}

// Appends what the reference at the front of `raw` stands for and takes it off.
void take_reference(std::string& out, std::string_view& raw) {
  const size_t end = raw.find(';');
  append_char(out, find_reference(raw.substr(1, end - 1)).value_or(0xFFFD));
  raw.remove_prefix(end + 1);
}

// Takes the line end at the front of `raw` off; CRLF is one.
void take_line_end(std::string_view& raw) {
  const bool pair = raw.size() > 1 && raw[0] == '\r' && raw[1] == '\n';
  raw.remove_prefix(pair ? 2 : 1);
}

void append_with_line_ends(std::string& out, std::string_view raw) {
  while (!raw.empty()) {
    const size_t plain = std::min(raw.find('\r'), raw.size());
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    out += '\n';
    take_line_end(raw);
  }
}

}  // namespace

std::optional<uint32_t> find_reference(std::string_view name) {
  if (name.starts_with("#x")) return parse_code(name.substr(2), 16);
  if (name.starts_with("#")) return parse_code(name.substr(1), 10);
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "amp") return '&';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  return std::nullopt;
}

void append_decoded_text(std::string& out, std::string_view raw) {
  while (!raw.empty()) {
    const size_t plain = std::min(raw.find_first_of("&<\r"), raw.size());
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    if (raw[0] == '&') {
      take_reference(out, raw);
    } else if (raw[0] == '\r') {
      out += '\n';
      take_line_end(raw);
    } else {
      const size_t end = raw.find(cdata_close);
      append_with_line_ends(out, raw.substr(cdata_open.size(), end - cdata_open.size()));
      raw.remove_prefix(end + cdata_close.size());
    }
  }
}

void append_decoded_value(std::string& out, std::string_view raw) {
  while (!raw.empty()) {
    const size_t plain = std::min(raw.find_first_of("&\r\n\t"), raw.size());
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    if (raw[0] == '&') {
      take_reference(out, raw);
    } else {
      out += ' ';
      take_line_end(raw);
    }
  }
}

}  // namespace teahouse::xml
