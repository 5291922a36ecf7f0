#include "http/languages.h"

#include <gtest/gtest.h>

namespace teahouse::http::languages_test {
namespace {

TEST(Languages, TheFirstThatIsKnownIsChosen) {
  const auto choose = [](std::string_view header) { return choose_language(header, {"en", "zh"}); };
  EXPECT_EQ(choose("zh-CN,zh;q=0.9,en;q=0.8"), "zh");
  EXPECT_EQ(choose("fr, ZH-tw;q=0.5, en"), "zh");
  EXPECT_EQ(choose("de-AT , en-GB"), "en");
  for (const char* header : {"", ",", "fr", "z", "*", ",,,", "  "}) EXPECT_EQ(choose(header), "en") << header;
}

}  // namespace
}  // namespace teahouse::http::languages_test
