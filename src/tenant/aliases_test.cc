#include "tenant/aliases.h"

#include <gtest/gtest.h>

namespace teahouse::aliases_test {
namespace {

TEST(Aliases, LeadOnlyToAnAccountThatIsThere) {
  Aliases aliases;
  ASSERT_TRUE(aliases.hold("strasse", "straße"));
  EXPECT_EQ(aliases.owner("strasse"), std::nullopt);  // it may yet turn out that it can't be made
  aliases.lead("strasse", "straße");
  EXPECT_EQ(aliases.owner("strasse"), "straße");
  aliases.release("strasse");
  EXPECT_EQ(aliases.owner("strasse"), "straße");
  EXPECT_EQ(aliases.owner("gasse"), std::nullopt);
  aliases.remove("strasse", "straße");
  EXPECT_EQ(aliases.owner("strasse"), std::nullopt);
  EXPECT_TRUE(aliases.hold("strasse", "strasse"));
}

TEST(Aliases, AreHeldByOneNameAlone) {
  Aliases aliases;
  ASSERT_TRUE(aliases.hold("strasse", "straße"));
  EXPECT_FALSE(aliases.hold("strasse", "strasse"));
  aliases.release("strasse");
  EXPECT_TRUE(aliases.hold("strasse", "strasse"));
}

// Two that make the same account at once: the one that fails takes nothing from the one that made it.
TEST(Aliases, StayWithTheAccountWhenAnotherAttemptEnds) {
  Aliases aliases;
  ASSERT_TRUE(aliases.hold("strasse", "straße"));
  ASSERT_TRUE(aliases.hold("strasse", "straße"));
  aliases.lead("strasse", "straße");
  aliases.release("strasse");
  aliases.release("strasse");
  EXPECT_EQ(aliases.owner("strasse"), "straße");
  EXPECT_FALSE(aliases.hold("strasse", "strasse"));
}

TEST(Aliases, ChangeNothingForAnotherName) {
  Aliases aliases;
  aliases.lead("strasse", "straße");
  aliases.lead("strasse", "strase");
  aliases.remove("strasse", "strase");
  aliases.release("strasse");
  EXPECT_EQ(aliases.owner("strasse"), "straße");
}

}  // namespace
}  // namespace teahouse::aliases_test
