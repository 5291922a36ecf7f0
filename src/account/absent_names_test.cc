#include "account/absent_names.h"

#include <gtest/gtest.h>

namespace teahouse::absent_names_test {
namespace {

constexpr TenantId shop{1}, forum{2};

TEST(AbsentNames, AreOfOneTenant) {
  AbsentNames names;
  names.add(shop, "nobody", names.made());
  EXPECT_TRUE(names.has(shop, "nobody"));
  EXPECT_FALSE(names.has(forum, "nobody"));
  EXPECT_FALSE(names.has(shop, "somebody"));
}

TEST(AbsentNames, AreForgottenWhenTheAccountIsMade) {
  AbsentNames names;
  names.add(shop, "nobody", names.made());
  names.add(shop, "other", names.made());
  { const AbsentNames::Making making(names, shop, "nobody"); }
  EXPECT_FALSE(names.has(shop, "nobody"));
  EXPECT_TRUE(names.has(shop, "other"));
}

TEST(AbsentNames, AreNotKeptWhenOneWasMadeWhileTheyWereLookedFor) {
  AbsentNames names;
  const uint64_t made = names.made();
  { const AbsentNames::Making making(names, shop, "new"); }
  names.add(shop, "new", made);
  EXPECT_FALSE(names.has(shop, "new"));
}

// Else a call that has found the row is told that nobody is there, and a message that was accepted is lost.
TEST(AbsentNames, AreNoneThatAreBeingMade) {
  AbsentNames names;
  names.add(shop, "new", names.made());
  {
    const AbsentNames::Making making(names, shop, "new"), beside(names, shop, "new");
    EXPECT_FALSE(names.has(shop, "new"));
    names.add(shop, "new", names.made());
    names.add(forum, "new", names.made());
    EXPECT_FALSE(names.has(shop, "new"));
    EXPECT_TRUE(names.has(forum, "new"));
  }
  names.add(shop, "new", names.made());
  EXPECT_TRUE(names.has(shop, "new")) << "it was not made after all";
}

TEST(AbsentNames, HaveALimit) {
  AbsentNames names;
  for (size_t i = 0; i <= AbsentNames::names_max; ++i) names.add(shop, std::to_string(i), names.made());
  EXPECT_FALSE(names.has(shop, "0"));
  EXPECT_TRUE(names.has(shop, std::to_string(AbsentNames::names_max)));
}

}  // namespace
}  // namespace teahouse::absent_names_test
