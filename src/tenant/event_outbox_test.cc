#include "tenant/event_outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/event_log.h"
#include "events/event_reader.h"
#include "store/memory/memory_plane.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::event_outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TenantWorld;

class EventOutboxTest : public ::testing::Test {
 protected:
  TenantPtr make_tenant(const std::string& name, std::vector<std::string> kinds) {
    return world_.try_tenant({name, name + ".example", {}, {{"events", std::move(kinds)}}}).value();
  }
  void drain() {
    event_outbox::FindTenant find = [this](TenantId id) { return world_.tenants.find(id); };
    const auto drained = world_.wait(event_outbox::drain(world_.home, *world_.control, data_, find));
    EXPECT_TRUE(drained) << (drained ? "" : drained.error().text);
  }
  std::vector<std::string> events_of(const TenantPtr& tenant) {
    const auto page = world_.wait(read_events(world_.home, data_, tenant->id, {}));
    std::vector<std::string> found;
    for (const auto& entry : page->events) found.emplace_back(type_of(entry.event.body)->name);
    return found;
  }
  std::vector<store::Row> outbox() {
    return world_.control->execute_now({"SELECT number, tenant_id, event FROM event_outbox ORDER BY number", {}})->rows;
  }

  TenantWorld world_;
  store::MemoryPlane data_;
};

TEST_F(EventOutboxTest, BringsWhatHappenedToATenantInItsOrder) {
  const TenantPtr shop = make_tenant("shop", {"tenant"}), forum = make_tenant("forum", {});
  ASSERT_TRUE(world_.wait(world_.tenants.suspend(world_.home, "shop", "Overdue")));
  ASSERT_TRUE(world_.wait(world_.tenants.suspend(world_.home, "forum", "Overdue")));
  ASSERT_TRUE(world_.wait(world_.tenants.resume(world_.home, "shop")));
  EXPECT_FALSE(world_.wait(world_.tenants.suspend(world_.home, "shop", "a\nb")));  // refused: nothing happened
  EXPECT_THAT(events_of(shop), IsEmpty());
  drain();
  EXPECT_THAT(events_of(shop), ElementsAre("tenant.made", "tenant.suspended", "tenant.resumed"));
  EXPECT_THAT(events_of(forum), IsEmpty());
  EXPECT_THAT(outbox(), IsEmpty());
  ASSERT_TRUE(world_.wait(world_.tenants.change(world_.home, "shop", {{"title", std::string("Shop")}})));
  drain();
  EXPECT_THAT(events_of(shop), ElementsAre("tenant.made", "tenant.suspended", "tenant.resumed", "tenant.changed"));
}

TEST_F(EventOutboxTest, BringsAnEventOnceThoughACrashLeftItInTheOutbox) {
  const TenantPtr shop = make_tenant("shop", {"tenant"}), forum = make_tenant("forum", {"tenant"});
  const auto left = outbox();
  ASSERT_EQ(left.size(), 2U);
  drain();
  for (const store::Row& row : left) {
    ASSERT_TRUE(world_.control->execute_now(
        {"INSERT INTO event_outbox(number, tenant_id, event) VALUES (?, ?, ?)", {row[0], row[1], row[2]}}));
  }
  ASSERT_TRUE(world_.wait(world_.tenants.suspend(world_.home, "shop", "Overdue")));
  drain();
  EXPECT_THAT(events_of(shop), ElementsAre("tenant.made", "tenant.suspended"));
  EXPECT_THAT(events_of(forum), ElementsAre("tenant.made"));
  EXPECT_THAT(outbox(), IsEmpty());
}

TEST_F(EventOutboxTest, BringsMoreThanABatch) {
  const TenantPtr shop = make_tenant("shop", {"tenant"});
  for (int i = 0; i < 130; ++i) ASSERT_TRUE(world_.wait(world_.tenants.resume(world_.home, "shop")));
  drain();
  const auto page = world_.wait(read_events(world_.home, data_, shop->id, {.events_max = 500}));
  EXPECT_EQ(page->events.size(), 131U);
  EXPECT_THAT(outbox(), IsEmpty());
}

TEST_F(EventOutboxTest, HasALineOfTheAuditWhereTheTenantKeepsThose) {
  const TenantPtr shop = make_tenant("shop", {"audit"}), forum = make_tenant("forum", {"tenant"});
  drain();
  EXPECT_THAT(events_of(shop), ElementsAre("audit.recorded"));  // that it was made
  EXPECT_THAT(events_of(forum), ElementsAre("tenant.made"));
  AuditLine line;
  line.tenant = shop->id;
  line.actor = "key";
  line.action = "key.make";
  line.is_event = true;
  ASSERT_TRUE(world_.wait(world_.audit.record(world_.home, line)));
  drain();
  const auto page = world_.wait(read_events(world_.home, data_, shop->id, {}));
  ASSERT_EQ(page->events.size(), 2U);
  EXPECT_EQ(std::get<AuditRecorded>(page->events[1].event.body).action, "key.make");
}

TEST_F(EventOutboxTest, LeavesNothingOfARemovedTenant) {
  const TenantPtr shop = make_tenant("shop", {"tenant"});
  make_tenant("forum", {"tenant"});
  ASSERT_TRUE(world_.wait(world_.tenants.remove(world_.home, "shop")));
  ASSERT_EQ(outbox().size(), 1U);
  drain();
  EXPECT_THAT(events_of(shop), IsEmpty());
  EXPECT_THAT(outbox(), IsEmpty());
}

TEST_F(EventOutboxTest, TellsTheLogThatThereIsSomething) {
  const TenantPtr shop = make_tenant("shop", {"tenant"});
  int told = 0;
  shop->event_log->set_drain([&] { ++told; });
  ASSERT_TRUE(world_.wait(world_.tenants.resume(world_.home, "shop")));
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace teahouse::event_outbox_test
