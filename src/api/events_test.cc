#include <thread>

#include "api/testing/api_world.h"
#include "events/event_log.h"
#include "server/events.h"

namespace teahouse::api::events_test {
namespace {

using testing::Reply;
using testing::Site;

class EventsApi : public testing::ApiWorld {
 protected:
  EventsApi() {
    for (const Site* site : {&shop_, &forum_}) {
      const auto path = "/operator/v1/tenants/" + site->tenant->name;
      EXPECT_EQ(as_operator("PATCH", path, "events=room,message").status, 200);
    }
  }
  void happen(const Site& site, const std::string& room) {
    record_event(shared_, *base_.tenants.find(site.tenant->id), RoomMade{{room}});
  }
  static std::vector<std::string> rooms(const Reply& reply) {
    std::vector<std::string> found;
    EXPECT_EQ(reply.status, 200) << reply.body;
    const auto json = reply.json();
    for (const auto& event : json.at("events").as_array()) found.emplace_back(event.at("address").as_string().c_str());
    return found;
  }
  using Rooms = std::vector<std::string>;
};

TEST_F(EventsApi, AreTheSitesOwnAndGoOnAfterACursor) {
  happen(shop_, "a");
  happen(forum_, "theirs");
  happen(shop_, "b");
  const Reply first = with_key(shop_, "GET", "/v1/events?limit=1");
  EXPECT_EQ(rooms(first), Rooms{"a"});
  EXPECT_TRUE(first.json().at("more").as_bool());
  const Reply second = with_key(shop_, "GET", "/v1/events?after=" + first.text("cursor"));
  EXPECT_EQ(rooms(second), Rooms{"b"});
  EXPECT_EQ(rooms(with_key(forum_, "GET", "/v1/events")), Rooms{"theirs"});
  EXPECT_EQ(rooms(as_operator("GET", "/operator/v1/tenants/shop/events")), (Rooms{"a", "b"}));
  EXPECT_EQ(with_key(forum_, "GET", "/v1/events?after=" + second.text("cursor")).status, 400);
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/events").status, 403);
}

TEST_F(EventsApi, AreWaitedFor) {
  std::thread waits([&] { EXPECT_EQ(rooms(with_key(shop_, "GET", "/v1/events?wait_s=30&kinds=room")), Rooms{"a"}); });
  while (base_.tenants.find(shop_.tenant->id)->event_log->count_waiters() == 0) std::this_thread::yield();
  happen(forum_, "theirs");
  happen(shop_, "a");
  waits.join();
}

TEST_F(EventsApi, AreNotWaitedForByMoreThanSoMany) {
  const auto& log = base_.tenants.find(shop_.tenant->id)->event_log;
  std::vector<std::shared_ptr<EventLog::Waiter>> waiters;
  while (auto waiter = log->add_waiter(*first_, EventKinds::all(), [] {})) { waiters.push_back(std::move(waiter)); }
  const Reply refused = with_key(shop_, "GET", "/v1/events?wait_s=1");
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.detail().find("without 'wait_s'"), std::string::npos) << refused.detail();
  EXPECT_EQ(with_key(shop_, "GET", "/v1/events").status, 200);
}

TEST_F(EventsApi, AreNotWaitedForWhenTheServerStops) {
  std::thread waits([&] { EXPECT_EQ(rooms(with_key(shop_, "GET", "/v1/events?wait_s=30")), Rooms{}); });
  while (base_.tenants.find(shop_.tenant->id)->event_log->count_waiters() == 0) std::this_thread::yield();
  first_.run([this] { context_->event_polls.end_all(); });
  waits.join();
  EXPECT_EQ(rooms(with_key(shop_, "GET", "/v1/events?wait_s=30")), Rooms{});
}

TEST_F(EventsApi, ThatAreNotKeptAreNotThere) {
  EXPECT_EQ(as_operator("PATCH", "/operator/v1/tenants/shop", "events=").status, 200);
  happen(shop_, "a");
  const Reply none = with_key(shop_, "GET", "/v1/events");
  EXPECT_EQ(rooms(none), Rooms{});
  EXPECT_TRUE(none.json().at("kept").as_array().empty());
}

}  // namespace
}  // namespace teahouse::api::events_test
