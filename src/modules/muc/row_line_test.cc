#include "modules/muc/row_line.h"

#include <gtest/gtest.h>

#include <string>

namespace teahouse::muc::row_line_test {
namespace {

TEST(RowLine, UsesRowsInTheOrderOfTheirAsking) {
  RowLine line;
  const auto first = line.take_place(), second = line.take_place(), third = line.take_place();
  std::string used;
  line.come(
      second, [&](Room*) { used += '2'; }, nullptr);
  EXPECT_EQ(used, "") << "The first is still on its way.";
  line.come(
      first, [&](Room*) { used += '1'; }, nullptr);
  EXPECT_EQ(used, "12");
  EXPECT_FALSE(line.empty());
  line.come(
      third, [&](Room*) { used += '3'; }, nullptr);
  EXPECT_EQ(used, "123");
  EXPECT_TRUE(line.empty());
}

TEST(RowLine, TakesARowThatIsAskedForWhileAnotherIsUsed) {
  RowLine line;
  const auto first = line.take_place();
  RowLine::Place later;
  std::string used;
  line.come(
      first, [&](Room*) { later = line.take_place(); }, nullptr);
  EXPECT_FALSE(line.empty());
  line.come(
      later, [&](Room*) { used = "later"; }, nullptr);
  EXPECT_EQ(used, "later");
}

}  // namespace
}  // namespace teahouse::muc::row_line_test
