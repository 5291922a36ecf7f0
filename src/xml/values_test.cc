#include "xml/values.h"

#include <gtest/gtest.h>

#include <limits>

namespace teahouse::xml::values_test {
namespace {

TEST(Values, IntegersAsXmlSchemaWritesThem) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer(" 3 "), 3);
  EXPECT_EQ(parse_integer("\n\t-1\r\n"), -1);
  EXPECT_EQ(parse_integer("+5"), 5);
  EXPECT_EQ(parse_integer("007"), 7);
  EXPECT_EQ(parse_integer("-0"), 0);
}

TEST(Values, IntegersOfAnySize) {
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_integer("9223372036854775808"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_integer("-9223372036854775809"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(parse_integer(std::string(100'000, '9')), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_integer(" -" + std::string(100'000, '9')), std::numeric_limits<int64_t>::min());
}

TEST(Values, NothingElseIsAnInteger) {
  for (const char* text : {"", " ", "-", "+", "+-1", "-+1", "--1", "1 2", "1.0", "1e3", "0x1", "12abc", "\u00A01",
                           "\u0663", "1\v", "99999999999999999999x"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_integer(std::string_view("1\0", 2)), std::nullopt);
}

TEST(Values, Booleans) {
  for (const char* text : {"1", "true", " true\n"}) EXPECT_EQ(parse_boolean(text), true) << text;
  for (const char* text : {"0", "false", "\t0 "}) EXPECT_EQ(parse_boolean(text), false) << text;
  for (const char* text : {"", " ", "TRUE", "yes", "tr ue", "2"}) EXPECT_EQ(parse_boolean(text), std::nullopt) << text;
}

}  // namespace
}  // namespace teahouse::xml::values_test
