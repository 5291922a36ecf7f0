#include "events/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "events/event_reader.h"
#include "events/event_row.h"
#include "events/event_trim.h"
#include "store/testing/plane_test.h"

namespace teahouse::event_log_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using store::capulet;
using store::Engine;
using store::montague;
using store::noon_ms;

class EventLogTest : public store::PlaneTest {
 protected:
  Lsn append(const std::string& room, int64_t ms = 0) {
    return log_.append(*plane_, montague, {noon_ms + ms, RoomMade{{room}}});
  }
  Result<EventPage> read(EventsWanted wanted = {}, TenantId tenant = montague) {
    return testing::run(home_, read_events(home_, *plane_, tenant, wanted));
  }
  store::ArchiveStore::Trimmed trim(EventsKept kept) { return get(trim_events(home_, *plane_, montague, kept)); }
  static std::vector<std::string> rooms(const Result<EventPage>& page) {
    std::vector<std::string> found;
    if (!page) return {page.error().text};
    for (const auto& entry : page->events) found.push_back(std::get<RoomMade>(entry.event.body).address);
    return found;
  }

  EventLog log_, other_log_;
};
TEAHOUSE_FOR_EACH_ENGINE(EventLogTest);

TEST_P(EventLogTest, GivesEachEventOnceInItsOrderToItsTenantOnly) {
  append("a");
  append("b", -1000);  // by a clock that was put back
  other_log_.append(*plane_, capulet, {noon_ms, RoomMade{{"theirs"}}});
  append("c");
  const auto first = read({.events_max = 2});
  EXPECT_THAT(rooms(first), ElementsAre("a", "b"));
  EXPECT_TRUE(first->more);
  EXPECT_EQ(first->events[1].event.at_ms, noon_ms - 1000);
  const auto second = read({.after = first->last});
  EXPECT_THAT(rooms(second), ElementsAre("c"));
  EXPECT_FALSE(second->more);
  const auto none = read({.after = second->last});
  EXPECT_THAT(rooms(none), IsEmpty());
  EXPECT_EQ(none->last, second->last);
  append("d");
  EXPECT_THAT(rooms(read({.after = none->last})), ElementsAre("d"));
  EXPECT_THAT(rooms(read({}, capulet)), ElementsAre("theirs"));
  EXPECT_EQ(read({.after = second->last}, capulet).error().kind, ErrorKind::bad_request);  // the other tenant's place
}

TEST_P(EventLogTest, GivesTheKindsThatAreWantedAndGoesOnBehindTheOthers) {
  append("a");
  log_.append(*plane_, montague, {noon_ms, UserMade{{"romeo@montague.example", "romeo"}}});
  EventKinds rooms_only, tenant_only;
  rooms_only.add(EventKind::room);
  tenant_only.add(EventKind::tenant);
  EXPECT_THAT(rooms(read({.kinds = rooms_only})), ElementsAre("a"));
  const auto none = read({.kinds = tenant_only});
  EXPECT_THAT(rooms(none), IsEmpty());
  EXPECT_NE(none->last, store::ArchiveId::none);
  EXPECT_THAT(rooms(read({.after = none->last})), IsEmpty());
}

TEST_P(EventLogTest, KeepsItsOrderWhenManyAppend) {
  const auto work = [&](const std::string& name) {
    for (int i = 0; i < 200; ++i) append(name + std::to_string(i), i);
  };
  std::thread one([&] { work("x"); }), two([&] { work("y"); });
  one.join();
  two.join();
  size_t next_x = 0, next_y = 0, seen = 0;
  EventsWanted wanted{.events_max = 30};
  for (auto page = read(wanted); page && !page->events.empty(); page = read(wanted)) {
    for (const std::string& room : rooms(page)) {
      size_t& next = room[0] == 'x' ? next_x : next_y;
      EXPECT_EQ(room.substr(1), std::to_string(next++));
      ++seen;
    }
    wanted.after = page->last;
  }
  EXPECT_EQ(seen, 400U);
}

TEST_P(EventLogTest, GoesWithAWrite) {
  const store::ArchiveStore archive = plane_->archive(montague, "archive");
  const store::ArchiveRow row = store::make_row(1, store::nurse);
  const Lsn lsn = log_.append(*plane_, montague, {noon_ms, RoomMade{{"with"}}},
                              [&](const store::Companion* event) { return archive.append(store::romeo, row, event); });
  EXPECT_EQ(lsn, plane_->appended());
  EXPECT_THAT(rooms(read()), ElementsAre("with"));
  EXPECT_EQ(get(archive.find(home_, store::romeo, row.id))->bytes, row.bytes);
}

TEST_P(EventLogTest, TellsWhenEventsWereRemovedBeforeTheyWereRead) {
  append("old", 0);
  append("older than a day", 1000);
  append("new", store::day_ms);
  const auto first = read({.events_max = 1});
  const auto second = read({.events_max = 2});
  EXPECT_EQ(trim({.from_ms = noon_ms + 5000}).rows, 2U);
  const auto gone = read({.after = first->last});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::gone);
  EXPECT_THAT(gone.error().text, HasSubstr("events_days"));
  EXPECT_THAT(rooms(read({.after = second->last})), ElementsAre("new"));  // it has seen all that went
  EXPECT_THAT(rooms(read()), ElementsAre("new"));
  EXPECT_EQ(trim({.from_ms = noon_ms + 5000}).rows, 0U);
  EXPECT_THAT(rooms(read({.after = second->last})), ElementsAre("new"));
  trim({.from_ms = noon_ms + 2 * store::day_ms});
  const auto empty = read();
  EXPECT_THAT(rooms(empty), IsEmpty());
  append("later", 3 * store::day_ms);
  EXPECT_THAT(rooms(read({.after = empty->last})), ElementsAre("later"));
}

TEST_P(EventLogTest, RemovesTheOldestBeyondItsBytes) {
  for (int i = 0; i < 100; ++i) append("room" + std::to_string(i), i);
  const auto all = get(plane_->count_bytes(home_, montague, std::string(EventLog::store_name)));
  EXPECT_EQ(trim({.bytes_max = static_cast<int64_t>(all)}).rows, 0U);
  trim({.bytes_max = static_cast<int64_t>(all / 2)});
  EXPECT_LE(get(plane_->count_bytes(home_, montague, std::string(EventLog::store_name))), all / 2);
  const auto page = read({.events_max = 200});
  EXPECT_GT(page->events.size(), 30U);
  EXPECT_EQ(rooms(page).back(), "room99");
  trim({.bytes_max = 0});
  EXPECT_THAT(rooms(read()), ElementsAre("room99"));
}

TEST_P(EventLogTest, TellsThoseWhoWaitForTheKindOnceUntilTheyLook) {
  EventKinds rooms_only;
  rooms_only.add(EventKind::room);
  int told = 0;
  auto waiter = log_.add_waiter(home_, rooms_only, [&] { ++told; });
  ASSERT_TRUE(waiter);
  log_.append(*plane_, montague, {noon_ms, UserMade{{"romeo@montague.example", "romeo"}}});
  home_.run_ready();
  EXPECT_EQ(told, 0);
  append("a");
  append("b");
  home_.run_ready();
  EXPECT_EQ(told, 1);
  waiter->is_told = false;
  append("c");
  home_.run_ready();
  EXPECT_EQ(told, 2);
  waiter->is_told = false;
  append("d");
  waiter.reset();
  home_.run_ready();
  EXPECT_EQ(told, 2);
}

TEST_P(EventLogTest, HasSoManyWaitersAndNoMore) {
  std::vector<std::shared_ptr<EventLog::Waiter>> waiters;
  for (size_t i = 0; i < event_waiters_max; ++i) waiters.push_back(log_.add_waiter(home_, EventKinds::all(), [] {}));
  EXPECT_TRUE(waiters.back());
  EXPECT_FALSE(log_.add_waiter(home_, EventKinds::all(), [] {}));
  EXPECT_TRUE(other_log_.add_waiter(home_, EventKinds::all(), [] {}));
  waiters.pop_back();
  EXPECT_TRUE(log_.add_waiter(home_, EventKinds::all(), [] {}));
}

TEST_P(EventLogTest, PassesOverWhatItCannotRead) {
  append("a");
  plane_->archive(montague, EventLog::store_name)
      .append(EventLog::owner, {store::first_id_at(noon_ms + 10), "now", std::string("\1\5")});
  append("b", 100);
  EXPECT_THAT(rooms(read()), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace teahouse::event_log_test
