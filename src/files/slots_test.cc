#include "files/slots.h"

#include <gtest/gtest.h>

namespace teahouse::slots_test {
namespace {

struct SlotsTest : ::testing::Test {
  Slot make(const std::string& id = "one") const {
    return {TenantId{1}, id, "ann", 7, "tea.jpg", 23, "image/jpeg", slots.next_expiry_ms()};
  }
  FakeClock clock;
  Slots slots{clock};
};

TEST_F(SlotsTest, AreReadAsTheyWereSigned) {
  const auto slot = slots.read(slots.sign(make()), TenantId{1}, "one").value();
  EXPECT_EQ(slot.localpart, "ann");
  EXPECT_EQ(slot.incarnation, 7);
  EXPECT_EQ(slot.name, "tea.jpg");
  EXPECT_EQ(slot.bytes, 23);
  EXPECT_EQ(slot.type, "image/jpeg");
}

TEST_F(SlotsTest, AreForTheirTenantAndFileAndThisRunAlone) {
  const std::string token = slots.sign(make());
  EXPECT_EQ(slots.read(token, TenantId{2}, "one").error().kind, ErrorKind::not_authorized);
  EXPECT_EQ(slots.read(token, TenantId{1}, "two").error().kind, ErrorKind::not_authorized);
  EXPECT_EQ(Slots(clock).read(token, TenantId{1}, "one").error().kind, ErrorKind::not_authorized);
  for (const std::string& wrong :
       {std::string(), token + "x", token.substr(1), token.substr(0, token.rfind('.')) + "."}) {
    EXPECT_EQ(slots.read(wrong, TenantId{1}, "one").error().kind, ErrorKind::not_authorized) << wrong;
  }
}

TEST_F(SlotsTest, RunOut) {
  const std::string token = slots.sign(make());
  clock.advance_ms(Slots::slot_lasts_ms - 1);
  clock.set_wall_ms(0);  // what the wall clock does is nothing to them
  EXPECT_TRUE(slots.read(token, TenantId{1}, "one"));
  clock.advance_ms(1);
  EXPECT_EQ(slots.read(token, TenantId{1}, "one").error().kind, ErrorKind::gone);
}

TEST_F(SlotsTest, AreForOnce) {
  EXPECT_TRUE(slots.use(make()));
  EXPECT_EQ(slots.use(make()).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(slots.use(make("two")));
  slots.give_back(make());
  EXPECT_TRUE(slots.use(make()));
  EXPECT_EQ(slots.use(make("two")).error().kind, ErrorKind::conflict);
}

}  // namespace
}  // namespace teahouse::slots_test
