#include "xml/chars.h"

#include <expat.h>
#include <gtest/gtest.h>

namespace teahouse::xml::chars_test {
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

// The ways that look at several bytes at once see what the table says of each, wherever the odd byte stands.
TEST(Chars, ManyAtATimeAreAsOneByOne) {
  for (size_t size = 0; size <= 70; ++size) {
    for (size_t odd = 0; odd <= size; ++odd) {  // at `size` there is none
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        if (odd < size) text[odd] = static_cast<char>(byte);
        const char* const begin = text.data();
        const char* const end = begin + size;
        for (const ByteClass plain : {byte_plain_text, byte_plain_value, byte_unescaped}) {
          const bool stops = odd < size && !has_class(text[odd], plain);
          ASSERT_EQ(skip_plain(begin, end, plain) - begin, static_cast<std::ptrdiff_t>(stops ? odd : size));
        }
        const bool special = odd < size && !has_class(text[odd], byte_unescaped);
        ASSERT_EQ(is_letters(text), !special) << size << " " << odd << " " << byte;
      }
    }
  }
}

}  // namespace
}  // namespace teahouse::xml::chars_test
