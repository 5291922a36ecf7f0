#include "account/absent_names.h"

#include <gtest/gtest.h>

namespace teahouse {
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
  names.remove(shop, "nobody");
  EXPECT_FALSE(names.has(shop, "nobody"));
  EXPECT_TRUE(names.has(shop, "other"));
}

TEST(AbsentNames, AreNotKeptWhenOneWasMadeWhileTheyWereLookedFor) {
  AbsentNames names;
  const uint64_t made = names.made();
  names.remove(shop, "new");
  names.add(shop, "new", made);
  EXPECT_FALSE(names.has(shop, "new"));
}

TEST(AbsentNames, HaveALimit) {
  AbsentNames names;
  for (size_t i = 0; i <= AbsentNames::names_max; ++i) names.add(shop, std::to_string(i), names.made());
  EXPECT_FALSE(names.has(shop, "0"));
  EXPECT_TRUE(names.has(shop, std::to_string(AbsentNames::names_max)));
}

}  // namespace
}  // namespace teahouse
