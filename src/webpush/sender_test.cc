#include "webpush/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace teahouse::webpush::sender_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
constexpr TenantId shop{1}, forum{2};

// The requests that a sender makes are answered by hand, and time passes by hand.
class SenderTest : public ::testing::Test {
 protected:
  struct Asked {
    http::ClientRequest request;
    http::Client::Done done;
  };

  Push make(const std::string& path, const std::string& topic = "", TenantId tenant = shop,
            const std::string& host = "push.example") {
    Push push;
    push.tenant = tenant;
    push.account = tenant == shop ? "ann@shop.example" : "ann@forum.example";
    push.to = {"https://" + host + "/" + path,
               {*crypto::parse_base64url(
                    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
                std::string(auth_bytes, 'a')}};
    push.key = key_;
    push.topic = topic;
    push.ttl_s = 86'400;
    push.text = "x";
    return push;
  }
  static Push by(const std::string& user, Push push) {
    push.account = user + "@shop.example";
    return push;
  }
  void send(Push push, const std::string& name) {
    sender_.send(std::move(push),
                 [this, name](const Outcome& outcome) { told_.push_back(name + " " + to_string(outcome.kind)); });
  }
  void answer(size_t at, int status, const std::string& retry_after = "") {
    http::ClientResponse response;
    response.status = status;
    if (!retry_after.empty()) response.headers.add("Retry-After", retry_after);
    std::exchange(asked_[at].done, nullptr)(response);
  }
  void fail(size_t at, ErrorKind kind) { std::exchange(asked_[at].done, nullptr)(Error{kind, "It failed."}); }
  void pass_ms(int64_t ms) {
    for (int64_t passed = 0; passed < ms; passed += 1000) {
      clock_.advance_ms(std::min<int64_t>(1000, ms - passed));
      loop_.run_once(0);
    }
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> paths;
    for (const Asked& each : asked_) paths.push_back(each.request.url.substr(each.request.url.rfind('/') + 1));
    return paths;
  }

  FakeClock clock_;
  net::Loop loop_{0, clock_};
  std::shared_ptr<const crypto::P256Key> key_ = std::make_shared<const crypto::P256Key>(crypto::P256Key::make());
  std::vector<Asked> asked_;
  std::vector<std::string> told_;
  Sender sender_{loop_, clock_, [this](http::ClientRequest request, http::Client::Done done) {
                   asked_.push_back({std::move(request), std::move(done)});
                   return http::Exchange();
                 }};
};

TEST_F(SenderTest, SaysAllThatRfc8030Wants) {
  Push push = make("a", "topic");
  push.urgency = Urgency::high;
  send(std::move(push), "a");
  ASSERT_EQ(asked_.size(), 1U);
  const http::ClientRequest& request = asked_[0].request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.headers.value("TTL"), "86400");
  EXPECT_EQ(request.headers.value("Urgency"), "high");
  EXPECT_EQ(request.headers.value("Topic"), "topic");
  EXPECT_EQ(request.headers.value("Content-Encoding"), "aes128gcm");
  EXPECT_TRUE(request.headers.value("Authorization").starts_with("vapid t="));
  EXPECT_EQ(request.body.size(), header_bytes + padded_to + 17);
  answer(0, 201);
  EXPECT_THAT(told_, ElementsAre("a accepted"));
  EXPECT_EQ(sender_.waiting(), 0U);
}

TEST_F(SenderTest, TellsWhatIsGoneAndWhatIsRefused) {
  const std::pair<int, const char*> cases[] = {{404, "gone"},    {410, "gone"},    {400, "refused"}, {401, "refused"},
                                               {403, "refused"}, {413, "refused"}, {301, "refused"}, {204, "accepted"}};
  for (const auto& [status, kind] : cases) {
    send(make("a"), "a");
    answer(asked_.size() - 1, status);
    EXPECT_EQ(told_.back(), std::string("a ") + kind) << status;
  }
  send(make("a"), "a");
  fail(asked_.size() - 1, ErrorKind::forbidden);  // the guard
  EXPECT_EQ(told_.back(), "a refused");
}

TEST_F(SenderTest, TriesAgainAfterGrowingPausesAndThenNoMore) {
  send(make("a"), "a");
  size_t tries = 1;
  for (const int64_t pause_s : {5, 30, 120, 600}) {
    tries % 2 == 0 ? fail(tries - 1, ErrorKind::remote_server_timeout) : answer(tries - 1, 500);
    pass_ms(pause_s * 1000 - 1000);
    EXPECT_EQ(asked_.size(), tries) << pause_s;
    pass_ms(pause_s * 250 + 2000);
    EXPECT_EQ(asked_.size(), ++tries) << pause_s;
    EXPECT_THAT(told_, IsEmpty());
  }
  answer(tries - 1, 503);
  EXPECT_THAT(told_, ElementsAre("a failed"));
  pass_ms(3'600'000);
  EXPECT_EQ(asked_.size(), 5U);
}

TEST_F(SenderTest, GivesUpWhatIsWorthNothingAnyMore) {
  Push push = make("a");
  push.ttl_s = 30;
  send(std::move(push), "a");
  answer(0, 500);
  pass_ms(10'000);
  ASSERT_EQ(asked_.size(), 2U);
  EXPECT_LT(std::stoi(std::string(asked_[1].request.headers.value("TTL"))), 26);
  answer(1, 500);  // the next try would come after the end
  EXPECT_THAT(told_, ElementsAre("a failed"));
}

TEST_F(SenderTest, ObeysRetryAfterForAllOfThatServiceAndTenant) {
  send(make("a"), "a");
  answer(0, 429, "60");
  send(make("b"), "b");
  send(make("c", "", shop, "other.example"), "c");
  send(make("d", "", forum), "d");  // the other tenant was not asked to wait
  EXPECT_THAT(asked(), ElementsAre("a", "c", "d"));
  pass_ms(59'000);
  EXPECT_EQ(asked_.size(), 3U);
  pass_ms(3'000);
  EXPECT_EQ(asked_.size(), 5U);
}

TEST_F(SenderTest, ObeysADate) {
  clock_.set_wall_ms(784'111'717'000);  // Sun, 06 Nov 1994 08:48:37 GMT
  send(make("a"), "a");
  answer(0, 503, "Sun, 06 Nov 1994 08:50:37 GMT");
  pass_ms(118'000);
  EXPECT_EQ(asked_.size(), 1U);
  pass_ms(3'000);
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(SenderTest, OneIsUnderWayToAnEndpointAndTheNewestOfATopicFollows) {
  send(make("a", "t"), "1");
  send(make("a", "t"), "2");
  send(make("a", "t"), "3");
  send(make("a", "u"), "4");
  EXPECT_THAT(asked(), ElementsAre("a"));
  EXPECT_THAT(told_, ElementsAre("2 replaced"));
  answer(0, 500);  // and what failed gives way to the newer one
  EXPECT_THAT(told_, ElementsAre("2 replaced", "1 replaced"));
  ASSERT_EQ(asked_.size(), 2U);
  answer(1, 201);
  ASSERT_EQ(asked_.size(), 3U);
  answer(2, 201);
  EXPECT_THAT(told_, ElementsAre("2 replaced", "1 replaced", "3 accepted", "4 accepted"));
}

TEST_F(SenderTest, CancelsWhatWaitsOfOneTopicAndEndpoint) {
  for (const char* path : {"a", "b"}) send(make(path, "t"), path);
  for (size_t at : {0, 1}) answer(at, 500);
  sender_.cancel(forum, "https://push.example/a", "t");  // another tenant's
  sender_.cancel(shop, "https://push.example/a", "u");
  EXPECT_THAT(told_, IsEmpty());
  sender_.cancel(shop, "https://push.example/a", "t");
  EXPECT_THAT(told_, ElementsAre("a cancelled"));
  pass_ms(8'000);
  EXPECT_THAT(asked(), ElementsAre("a", "b", "b"));
}

TEST_F(SenderTest, ASlowServiceHoldsUpNeitherOthersNorOtherTenants) {
  for (int i = 0; i < 20; ++i) send(make("s" + std::to_string(i), "", shop, "slow.example"), "s");
  EXPECT_EQ(asked_.size(), Sender::per_origin_max);
  send(by("bob", make("ok")), "ok");
  for (int i = 0; i < 20; ++i) send(by("cy", make("t" + std::to_string(i), "", shop, "slower.example")), "s");
  EXPECT_EQ(asked_.size(), Sender::under_way_max);
  send(make("other", "", forum), "other");
  EXPECT_EQ(asked().back(), "other");
}

TEST_F(SenderTest, AnAccountsSlowServicesLeaveRoomForOthers) {
  for (int i = 0; i < 20; ++i) send(make("s", "", shop, "slow" + std::to_string(i) + ".example"), "s");
  EXPECT_EQ(asked_.size(), Sender::per_account_max);
  send(by("bob", make("ok")), "ok");
  EXPECT_EQ(asked().back(), "ok");
  for (size_t i = 16; i < Sender::account_waiting_max; ++i) send(make(std::to_string(i)), "x");
  EXPECT_THAT(told_, IsEmpty());
  send(make("more"), "more");
  EXPECT_THAT(told_, ElementsAre("more dropped"));
  send(by("bob", make("another")), "another");
  EXPECT_EQ(asked().back(), "another");
}

TEST_F(SenderTest, DropsWhatIsTooMuchForOneTenant) {
  for (size_t i = 0; i < Sender::waiting_max + Sender::per_origin_max; ++i) {
    send(by("user" + std::to_string(i / 50), make(std::to_string(i))), "x");
  }
  EXPECT_THAT(told_, IsEmpty());
  send(make("more"), "more");
  EXPECT_THAT(told_, ElementsAre("more dropped"));
  send(make("other", "", forum), "other");
  EXPECT_EQ(asked().back(), "other");
}

TEST_F(SenderTest, WhatIsUrgentIsTriedOnceAndFirst) {
  for (int i = 0; i < 6; ++i) send(make(std::to_string(i)), "x");
  Push push = make("now");
  push.is_urgent = true;
  send(std::move(push), "now");
  answer(0, 201);
  EXPECT_EQ(asked().back(), "now");
  answer(asked_.size() - 1, 500);
  EXPECT_EQ(told_.back(), "now failed");
}

TEST_F(SenderTest, ForgetsAccountsAndTenants) {
  for (int i = 0; i < 8; ++i) send(make(std::to_string(i)), "x");
  send(make("other", "", forum), "other");
  sender_.cancel_all(shop, "bob@shop.example");
  sender_.cancel_all(shop, "ann@shop.example", "https://push.example/none");
  EXPECT_EQ(sender_.waiting(), 9U);
  sender_.cancel_all(shop, "ann@shop.example", "https://push.example/7");
  EXPECT_THAT(told_, ElementsAre("x cancelled"));
  sender_.cancel_all(shop, "ann@shop.example");
  EXPECT_EQ(sender_.waiting(), 5U);
  answer(0, 500);  // one that was under way then is not tried again
  EXPECT_EQ(sender_.waiting(), 4U);
  told_.clear();
  sender_.forget(shop);
  EXPECT_EQ(sender_.waiting(), 1U);
  EXPECT_THAT(told_, ElementsAre("x cancelled", "x cancelled", "x cancelled"));
  answer(1, 500);  // of one that is forgotten
  EXPECT_EQ(told_.size(), 3U);
}

TEST_F(SenderTest, KeepsATokenForAServiceAndRenewsIt) {
  const auto token = [&](size_t at) { return std::string(asked_[at].request.headers.value("Authorization")); };
  send(make("a"), "a");
  send(make("b"), "b");
  send(make("c", "", shop, "other.example"), "c");
  EXPECT_EQ(token(0), token(1));
  EXPECT_NE(token(0), token(2));
  clock_.advance_ms(7 * 3'600'000);
  send(make("d"), "d");
  EXPECT_NE(token(0), token(3));
}

}  // namespace
}  // namespace teahouse::webpush::sender_test
