// The events of users: one for each thing that was done, and none for what was not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "account/testing/account_world.h"
#include "events/event_row.h"

namespace teahouse::account_events_test {
namespace {

using testing::AccountWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct World : AccountWorld {
  World() { shop = wait(tenants.change(home, "shop", {{"events", std::vector<std::string>{"user"}}})).value(); }
  std::vector<std::string> events(const TenantPtr& tenant) {
    std::vector<std::string> found;
    const auto rows = control->execute_now(
        {"SELECT event FROM event_outbox WHERE tenant_id = ? ORDER BY number", {to_value(tenant->id)}});
    for (const store::Row& row : rows->rows) {
      const auto event = parse_event(store::as_text(row[0]));
      std::visit(
          [&](const auto& body) {
            if constexpr (std::is_base_of_v<OfUser, std::decay_t<decltype(body)>>) {
              found.push_back(std::string(type_of(event->body)->name) + " " + body.address + " " + body.user);
            }
          },
          event->body);
    }
    return found;
  }
};

TEST(AccountEvents, AreThereWhereTheThingWasDone) {
  World world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "pw", {.user_id = "Romeo"}));
  ASSERT_FALSE(world.create(world.shop, "romeo"));
  ASSERT_TRUE(world.wait(world.accounts.upsert(world.home, world.shop, "romeo", {.name = "R."})));
  ASSERT_TRUE(world.wait(world.accounts.upsert(world.home, world.shop, "romeo", {.name = "R."})));  // nothing differs
  ASSERT_TRUE(world.wait(world.accounts.set_password(world.home, world.shop, "romeo", "other")));
  ASSERT_TRUE(world.wait(world.accounts.upsert(world.home, world.shop, "benvolio", {})));
  ASSERT_TRUE(world.wait(world.accounts.remove(world.home, world.shop, "romeo")));
  ASSERT_FALSE(world.wait(world.accounts.remove(world.home, world.shop, "romeo")));
  ASSERT_FALSE(world.wait(world.accounts.set_password(world.home, world.shop, "romeo", "other")));
  ASSERT_FALSE(world.create(world.shop, "romeo"));  // its name is not free yet
  EXPECT_THAT(world.events(world.shop),
              ElementsAre("user.made romeo@shop.example Romeo", "user.changed romeo@shop.example Romeo",
                          "user.changed romeo@shop.example Romeo", "user.made benvolio@shop.example benvolio",
                          "user.removed romeo@shop.example Romeo"));
}

TEST(AccountEvents, AreOfTheTenantThatKeepsThem) {
  World world;
  ASSERT_TRUE(world.create(world.forum, "juliet"));
  ASSERT_TRUE(world.wait(world.accounts.remove(world.home, world.forum, "juliet")));
  EXPECT_THAT(world.events(world.forum), IsEmpty());
  EXPECT_THAT(world.events(world.shop), IsEmpty());
}

}  // namespace
}  // namespace teahouse::account_events_test
