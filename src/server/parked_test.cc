#include "server/parked.h"

#include <gtest/gtest.h>

namespace teahouse::parked_test {
namespace {

ParkedAccount make_account() {
  ParkedSession phone{"phone",
                      std::string("\0key:", 5),
                      7,
                      9,
                      true,
                      300,
                      1'700'000'000'000,
                      4'294'967'295,
                      4'294'967'294,
                      0,
                      true,
                      "<presence xmlns='jabber:client'/>",
                      {{"carbons", "on"}, {"directed", "a@b\nc@d\n"}},
                      {}};
  phone.waiting = {{"", 0, 1}, {"<iq xmlns='jabber:client'/>", std::nullopt, 2}, {"<message/>", 0, -3}};
  ParkedSession desk;
  desk.resource = "desk";
  desk.resume_key = "other";
  return {5, "push rooms ", {phone, desk}, {{"<message xmlns='jabber:client'/>", "row", false, true, true, {0, 1}}}};
}

TEST(ParkedRow, IsReadAsItWasWritten) {
  const ParkedAccount account = make_account();
  const auto read = parse_parked_row(write_parked_row(account));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, account);
  EXPECT_EQ(*parse_parked_row(write_parked_row({})), ParkedAccount());
}

// So the sessions of a row are there whole or not at all.
TEST(ParkedRow, IsNoneWhereAnyByteIsMissing) {
  const std::string row = write_parked_row(make_account());
  for (size_t bytes = 0; bytes < row.size(); ++bytes) EXPECT_FALSE(parse_parked_row(row.substr(0, bytes))) << bytes;
  EXPECT_FALSE(parse_parked_row(row + "0"));
  EXPECT_FALSE(parse_parked_row(row + "0:"));
}

TEST(ParkedRow, OfALaterVersionIsNone) {
  std::string row = write_parked_row(make_account());
  row[2] = '2';
  EXPECT_FALSE(parse_parked_row(row));
}

TEST(ParkedRow, CountsAndPlacesMustBeThere) {
  const auto is_refused = [](void (*spoil)(ParkedAccount&)) {
    ParkedAccount account = make_account();
    spoil(account);
    return !parse_parked_row(write_parked_row(account));
  };
  EXPECT_TRUE(is_refused([](ParkedAccount& account) { account.sessions[0].waiting[0].delivery = 1; }));
  EXPECT_TRUE(is_refused([](ParkedAccount& account) { account.deliveries[0].had_by[0] = 2; }));
  EXPECT_TRUE(is_refused([](ParkedAccount& account) { account.deliveries[0].message.clear(); }));
  EXPECT_TRUE(is_refused([](ParkedAccount& account) { account.sessions[0].sent = 2; }));  // of three that wait, four
  EXPECT_TRUE(is_refused([](ParkedAccount& account) { account.sessions[0].resume_key.clear(); }));
  EXPECT_TRUE(is_refused([](ParkedAccount& account) { account.sessions[0].max_s = int64_t{1} << 40; }));
  EXPECT_TRUE(is_refused([](ParkedAccount& account) { account.sessions[0].until_ms = -1; }));
  EXPECT_TRUE(is_refused([](ParkedAccount& account) {
    account.sessions[0].waiting[1].stanza.clear();  // and it has no delivery
  }));
}

TEST(ParkedRow, ALargeNumberOfNothingIsNone) {
  EXPECT_FALSE(parse_parked_row("1:11:00:19:999999999"));
  EXPECT_FALSE(parse_parked_row("99999999999999999999:1"));
  EXPECT_FALSE(parse_parked_row("01:1"));
}

}  // namespace
}  // namespace teahouse::parked_test
