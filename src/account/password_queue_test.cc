#include "account/password_queue.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace teahouse::password_queue_test {
namespace {

constexpr auto shop = static_cast<TenantId>(1), forum = static_cast<TenantId>(2);

// A queue whose thread is held up until it is opened, so that a line can form.
struct HeldQueue {
  HeldQueue() {
    std::promise<void> begun;
    queue.post(TenantId::server, [this, &begun](bool) {
      begun.set_value();
      gate.get_future().wait();
    });
    begun.get_future().wait();
  }
  bool post(TenantId tenant, char name) {
    return queue.post(tenant, [this, name](bool run) { (run ? ran : dropped) += name; });
  }

  std::string ran, dropped;  // written on the queue's thread, read when that is known to be done
  std::promise<void> gate;
  PasswordQueue queue;
};

TEST(PasswordQueue, ServesTenantsInTurn) {
  HeldQueue held;
  for (const char name : {'a', 'b', 'c'}) EXPECT_TRUE(held.post(shop, name));
  for (const char name : {'x', 'y'}) EXPECT_TRUE(held.post(forum, name));
  held.gate.set_value();
  std::promise<void> end_of_shop;  // the last of the tenant with the longest line
  EXPECT_TRUE(held.queue.post(shop, [&](bool) { end_of_shop.set_value(); }));
  end_of_shop.get_future().wait();
  EXPECT_EQ(held.ran, "axbyc");
}

TEST(PasswordQueue, LimitsEachTenantAndAll) {
  HeldQueue held;
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(held.post(shop, 'a'));
  EXPECT_FALSE(held.post(shop, 'a'));
  for (uint64_t tenant = 2; tenant < 6; ++tenant) {
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(held.post(static_cast<TenantId>(tenant), 'b'));
  }
  EXPECT_FALSE(held.post(static_cast<TenantId>(9), 'c'));
  held.gate.set_value();
}

TEST(PasswordQueue, TellsWhatItWillNotRun) {
  std::string ran, dropped;
  {
    std::promise<void> gate, begun;
    PasswordQueue queue;
    queue.post(shop, [&](bool) {
      begun.set_value();
      gate.get_future().wait();
    });
    begun.get_future().wait();
    queue.post(shop, [&](bool run) { (run ? ran : dropped) += 'a'; });
    queue.post(forum, [&](bool run) { (run ? ran : dropped) += 'b'; });
    gate.set_value();
  }
  EXPECT_EQ(ran.size() + dropped.size(), 2U) << "each was called once, whichever way";
}

}  // namespace
}  // namespace teahouse::password_queue_test
