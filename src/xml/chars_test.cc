#include "xml/chars.h"

#include <expat.h>
#include <gtest/gtest.h>

namespace teahouse::xml {
namespace {

bool expat_takes(const std::string& xml) {
  XML_Parser parser = XML_ParserCreateNS(nullptr, '\1');
  const bool taken = XML_Parse(parser, xml.data(), static_cast<int>(xml.size()), 1) == XML_STATUS_OK;
  XML_ParserFree(parser);
  return taken;
}

TEST(Chars, DecodesEveryCharacterThatItEncodes) {
  for (uint32_t code = 0; code < 0x110000; ++code) {
    if (!is_char(code)) continue;
    std::string bytes;
    append_char(bytes, code);
    const Char decoded = decode_char(bytes.data(), bytes.data() + bytes.size());
    ASSERT_EQ(decoded.code, code);
    ASSERT_EQ(static_cast<size_t>(decoded.size), bytes.size());
    for (size_t cut = 1; cut < bytes.size(); ++cut) ASSERT_EQ(decode_char(bytes.data(), bytes.data() + cut).size, 0);
  }
}

TEST(Chars, FindsAWrongByteAtOnce) {
  for (const std::string bad :
       {"\xC0", "\xC1", "\xE0\x80", "\xED\xA0", "\xF0\x80", "\xF4\x90", "\xF5", "\xE2\x82\x41"}) {
    EXPECT_LT(decode_char(bad.data(), bad.data() + bad.size()).size, 0);
  }
}

TEST(Chars, HasTheNameClassesOfExpat) {
  for (uint32_t code = 0x21; code < 0x10000; ++code) {
    if (!is_char(code) || code == ':' || code == '/' || code == '>') continue;
    std::string character;
    append_char(character, code);
    ASSERT_EQ(is_name_start(code), expat_takes("<" + character + "/>")) << code;
    ASSERT_EQ(is_name(code), expat_takes("<a" + character + "/>")) << code;
  }
  EXPECT_FALSE(is_name_start(0x10400));
  EXPECT_FALSE(is_name(0x10400));
}

}  // namespace
}  // namespace teahouse::xml
