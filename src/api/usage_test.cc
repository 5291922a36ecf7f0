// Usage by hours and days over HTTP, and who may see whose.
#include "api/testing/api_world.h"
#include "tenant/usage_rollups.h"

namespace teahouse::api::usage_test {
namespace {

using testing::Reply;

constexpr int64_t hour_ms = UsageRollups::hour_ms;
constexpr int64_t noon_ms = 1'764'504'000'000;  // 2025-11-30T12:00:00Z

class UsageApi : public testing::ApiWorld {
 protected:
  UsageApi() {
    base_.clock.set_wall_ms(noon_ms);
    EXPECT_TRUE(rollups_.load(base_.tenants.list()));
    first_.run([this] { context_->usage = &rollups_; });
  }
  ~UsageApi() override {
    first_.run([this] { context_->usage = nullptr; });
  }
  void hour_passes() {
    base_.clock.advance_ms(hour_ms);
    EXPECT_TRUE(base_.wait(UsageRollups::roll(rollups_, base_.home)));
  }
  static int64_t number(const boost::json::value& row, const char* name) { return row.at(name).as_int64(); }

  std::unique_ptr<UsageFile> file_ = std::move(*UsageFile::open(folder_.path() + "/usage.map"));
  UsageRollups rollups_{*base_.control, data_, base_.clock, base_.tenants, *file_};
};

TEST_F(UsageApi, ShowsHoursAndDays) {
  const std::string plain = with_key(shop_, "GET", "/v1/usage").body;
  EXPECT_EQ(plain.find("periods"), plain.npos);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=hello").status, 201);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users").status, 200);
  hour_passes();
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=again").status, 201);
  const Reply hours = with_key(shop_, "GET", "/v1/usage?by=hour&from=2025-11-30T11:30:00Z");
  EXPECT_EQ(hours.text("by"), "hour");
  const boost::json::value shown = hours.json();
  const auto& periods = shown.at("periods").as_array();
  ASSERT_EQ(periods.size(), 3U);
  EXPECT_EQ(periods[1].at("from"), "2025-11-30T12:00:00.000Z");
  EXPECT_TRUE(periods[1].at("over").as_bool());
  EXPECT_FALSE(periods[2].at("over").as_bool());
  EXPECT_EQ(number(periods[1], "messages"), 1);
  EXPECT_EQ(number(periods[1], "api_calls"), 2);
  EXPECT_EQ(number(periods[2], "messages"), 1);
  EXPECT_EQ(number(periods[2], "api_calls"), 2);  // and the one that asks
  const Reply days = as_operator("GET", "/operator/v1/tenants/shop/usage?from=2025-11-30");
  ASSERT_EQ(days.json().at("periods").as_array().size(), 1U);
  EXPECT_EQ(number(days.json().at("periods").at(0), "messages"), 2);
  const Reply others = as_operator("GET", "/operator/v1/tenants/forum/usage?by=day&from=2025-11-30&to=2026-01-01");
  EXPECT_EQ(number(others.json().at("periods").at(0), "messages"), 0);
  EXPECT_EQ(number(others.json().at("periods").at(0), "api_calls"), 1);
}

TEST_F(UsageApi, IsATableToo) {
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=hello").status, 201);
  const Reply table =
      as_operator("GET", "/operator/v1/tenants/shop/usage?by=hour&from=2025-11-30T12:00:00Z&format=csv");
  EXPECT_EQ(table.headers.value("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_TRUE(table.body.starts_with("from,active_users,peak_sessions,archive_bytes,file_bytes,messages,"));
  EXPECT_NE(table.body.find("\r\n2025-11-30T12:00:00.000Z,0,0,0,0,1,"), table.body.npos) << table.body;
  EXPECT_TRUE(table.body.ends_with(",no\r\n"));
  const Reply asked = call("GET", "/v1/usage", bearer(shop_.api_key, {{"Accept", "text/csv"}}));
  EXPECT_EQ(asked.headers.value("Content-Type"), "text/csv; charset=utf-8");
  const Reply json = call("GET", "/v1/usage?format=json&by=day", bearer(shop_.api_key, {{"Accept", "text/csv"}}));
  EXPECT_EQ(json.text("by"), "day");
}

TEST_F(UsageApi, ComesByPages) {
  for (int i = 0; i < 5; ++i) hour_passes();
  const std::string all = "/v1/usage?by=hour&limit=2&from=2025-11-30T12:00:00Z&to=2025-11-30T17:00:00Z";
  std::string cursor;
  std::vector<std::string> from;
  do {
    const Reply page = with_key(shop_, "GET", all + cursor);
    const boost::json::value shown = page.json();
    for (const auto& period : shown.at("periods").as_array()) from.emplace_back(period.at("from").as_string());
    cursor = page.json().as_object().contains("next_cursor") ? "&cursor=" + page.text("next_cursor") : "";
  } while (!cursor.empty());
  ASSERT_EQ(from.size(), 5U);
  EXPECT_EQ(from[0], "2025-11-30T12:00:00.000Z");
  EXPECT_EQ(from[4], "2025-11-30T16:00:00.000Z");
}

TEST_F(UsageApi, RefusesWhatIsNoTime) {
  for (const char* query : {"by=week", "from=yesterday", "from=2025-13-01", "to=1", "format=xml", "limit=0",
                            "limit=201", "cursor=x&by=day", "cursor=-1&by=day", "cursor=99999999999999999999&by=day",
                            "from=2025-11-30&to=2025-11-30", "since=1", "from=2025-11-30T12:00:00", "by="}) {
    EXPECT_EQ(with_key(shop_, "GET", std::string("/v1/usage?") + query).status, 400) << query;
  }
  for (const char* query : {"from=0001-01-01", "by=hour&from=9999-12-31", "to=1970-01-02", "from=9999-12-30&by=day",
                            "by=day&cursor=9223372036854775807"}) {
    const int status = with_key(shop_, "GET", std::string("/v1/usage?") + query).status;
    EXPECT_TRUE(status == 200 || status == 400) << query << " " << status;
  }
}

TEST_F(UsageApi, IsNobodyElsesBusiness) {
  const Reply made = as_operator("POST", "/operator/v1/resellers", "name=acme&tenants=2");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string key = made.text("api_key");
  EXPECT_EQ(call("POST", "/operator/v1/tenants", bearer(key), "name=cafe&domain=cafe.example").status, 201);
  EXPECT_EQ(call("GET", "/operator/v1/tenants/cafe/usage?by=day", bearer(key)).status, 200);
  EXPECT_EQ(call("GET", "/operator/v1/tenants/shop/usage?by=day", bearer(key)).status, 404);
  EXPECT_EQ(with_key(forum_, "GET", "/operator/v1/tenants/shop/usage?by=day").status, 401);
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/usage?by=day").status, 403);
}

TEST_F(UsageApi, PlansLetLimitsBePassed) {
  const auto put = [&](const std::string& form) { return as_operator("PUT", "/operator/v1/plans/soft", form); };
  EXPECT_EQ(put("accounts=2&over_use=%7B%22accounts%22:%22warn%22%7D").status, 201);
  const Reply shown = put("rooms=3&over_use=%7B%22rooms%22:%22allow%22%7D");
  EXPECT_EQ(shown.json().at("over_use").at("accounts"), "warn");
  EXPECT_EQ(shown.json().at("over_use").at("rooms"), "allow");
  EXPECT_EQ(shown.json().at("over_use").at("sessions"), "refuse");
  EXPECT_EQ(shown.json().at("limits").at("accounts").as_int64(), 2);
  for (const char* wrong : {"over_use=warn", "over_use=%5B%5D", "over_use=%7B%22accounts%22:1%7D",
                            "over_use=%7B%22stanza_bytes%22:%22warn%22%7D", "over_use=%7B%22cups%22:%22warn%22%7D",
                            "over_use=%7B%22accounts%22:%22maybe%22%7D"}) {
    EXPECT_EQ(put(wrong).status, 400) << wrong;
  }
  EXPECT_EQ(as_operator("PATCH", "/operator/v1/tenants/shop", "plan=soft").status, 200);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/cleo").status, 201);  // the third of two
  const Reply usage = with_key(shop_, "GET", "/v1/usage");
  EXPECT_EQ(number(usage.json().at("limits").at("accounts"), "used"), 3);
  EXPECT_EQ(number(usage.json().at("limits").at("accounts"), "limit"), 2);
  EXPECT_EQ(usage.json().at("limits").at("accounts").at("over_use"), "warn");
  EXPECT_EQ(put("over_use=%7B%22accounts%22:%22refuse%22%7D").status, 200);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/dora").status, 403);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/cleo").status, 200);  // what is over it stays
  EXPECT_EQ(with_key(forum_, "PUT", "/v1/users/cleo").status, 201);
}

}  // namespace
}  // namespace teahouse::api::usage_test
