// glibc's GB18030 holds GBK, but for the euro sign that Windows added. Its BIG5 differs from what browsers read between
// the two planes of characters and beyond them, and its BIG5-HKSCS in some signs of the first plane; so each is asked
// for what it has right.
#include "http/charset.h"

#include <iconv.h>

#include <array>

#include "http/message.h"

namespace teahouse::http {
namespace {

struct Label {
  std::string_view name;
  Charset charset;
};

// The standard's, and CN-GB and CP936, as PHP's mb_preferred_mime_name() calls GB 2312 and GBK.
constexpr auto labels = std::to_array<Label>({
    {"unicode-1-1-utf-8", Charset::utf8},
    {"unicode11utf8", Charset::utf8},
    {"unicode20utf8", Charset::utf8},
    {"utf-8", Charset::utf8},
    {"utf8", Charset::utf8},
    {"x-unicode20utf8", Charset::utf8},
    {"chinese", Charset::gbk},
    {"csgb2312", Charset::gbk},
    {"csiso58gb231280", Charset::gbk},
    {"gb2312", Charset::gbk},
    {"gb_2312", Charset::gbk},
    {"gb_2312-80", Charset::gbk},
    {"gbk", Charset::gbk},
    {"iso-ir-58", Charset::gbk},
    {"x-gbk", Charset::gbk},
    {"gb18030", Charset::gbk},
    {"cn-gb", Charset::gbk},
    {"cp936", Charset::gbk},
    {"big5", Charset::big5},
    {"big5-hkscs", Charset::big5},
    {"cn-big5", Charset::big5},
    {"csbig5", Charset::big5},
    {"x-x-big5", Charset::big5},
});

class Converter {
 public:
  explicit Converter(const char* from) : state_(iconv_open("UTF-8", from)) {}
  ~Converter() {
    if (state_ != invalid()) iconv_close(state_);
  }
  Converter(const Converter&) = delete;

  // Appends what can be converted and cuts it off the text. True when that is all.
  bool convert(std::string_view& text, std::string& utf8) const {
    if (state_ == invalid()) return false;
    iconv(state_, nullptr, nullptr, nullptr, nullptr);
    const size_t before = utf8.size();
    utf8.resize(before + text.size() * 3 + 4);  // two bytes become three at most, or four of two characters
    char* in = const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): iconv only reads it
    char* out = utf8.data() + before;
    size_t in_left = text.size();
    size_t out_left = utf8.size() - before;
    const size_t converted = iconv(state_, &in, &in_left, &out, &out_left);
    iconv(state_, nullptr, nullptr, &out, &out_left);  // what waited for a combining character to come
    utf8.resize(utf8.size() - out_left);
    text.remove_prefix(text.size() - in_left);
    return converted != static_cast<size_t>(-1);
  }

 private:
  static iconv_t invalid() { return reinterpret_cast<iconv_t>(-1); }
  iconv_t state_;
};

bool read_gbk(std::string_view text, std::string& utf8) {
  const Converter gb18030("GB18030");
  while (!gb18030.convert(text, utf8)) {
    if (!text.starts_with('\x80')) return false;
    utf8 += "€";
    text.remove_prefix(1);
  }
  return true;
}

// Is the character of the two planes that ETEN, Microsoft and the standard agree on?
bool is_in_planes(std::string_view character) {
  const std::string_view first[] = {"\xA1\x40", "\xC6\x7E"}, second[] = {"\xC9\x40", "\xF9\xD5"};
  return (character >= first[0] && character <= first[1]) || (character >= second[0] && character <= second[1]);
}

bool read_big5(std::string_view text, std::string& utf8) {
  const Converter big5("BIG5"), hkscs("BIG5-HKSCS");
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead == 0x80) return false;
    std::string_view character = text.substr(0, lead < 0x80 ? 1 : 2);
    text.remove_prefix(character.size());
    if (!(is_in_planes(character) ? big5 : hkscs).convert(character, utf8)) return false;
  }
  return true;
}

}  // namespace

Result<Charset> parse_charset(std::string_view label) {
  for (const Label& known : labels) {
    if (equal_ignoring_case(known.name, label)) return known.charset;
  }
  return Error{ErrorKind::not_acceptable,
               "charset " + std::string(label.substr(0, 40)) + " is not known; send utf-8, gbk or big5"};
}

Result<std::string> to_utf8(std::string text, Charset charset) {
  if (charset == Charset::utf8) return text;
  std::string utf8;
  const bool read = charset == Charset::gbk ? read_gbk(text, utf8) : read_big5(text, utf8);
  if (read) return utf8;
  return Error{ErrorKind::bad_request, "these bytes are no text in this charset"};
}

}  // namespace teahouse::http
