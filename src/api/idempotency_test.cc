#include "api/idempotency.h"

#include <future>

#include "api/testing/api_world.h"
#include "base/testing/run_task.h"

namespace teahouse::api::idempotency_test {
namespace {

using testing::HeaderList;
using testing::Reply;
using testing::Site;

class Idempotency : public testing::ApiWorld {
 protected:
  Reply post(const std::string& bearer_text, const std::string& path, const std::string& form, const std::string& key,
             HeaderList more = {}) {
    more.emplace_back("Idempotency-Key", key);
    return call("POST", path, bearer(bearer_text, std::move(more)), form);
  }
  Reply send(const std::string& form, const std::string& key) { return post(shop_.api_key, "/v1/messages", form, key); }
  int64_t count_messages(const Site& site, const std::string& path) {
    return static_cast<int64_t>(with_key(site, "GET", path).json().at("messages").as_array().size());
  }

  // As a crash leaves it between what was done and the answer; `effect_id` empty: with the one that was chosen.
  void forget_answer(const std::string& key, const std::string& effect_id = {}) {
    ::teahouse::testing::QueueExecutor home;
    const auto name = IdempotencyRecords::make_name(shop_.tenant->id, "key", key);
    auto record = *run(home, records_.load(home, name));
    ASSERT_TRUE(record);
    records_.remove(name);
    record->answer.reset();
    if (!effect_id.empty()) record->effect_id = effect_id;
    ASSERT_TRUE(run(home, records_.store(home, name, store::ArchiveId(1), *record)));
  }
};

TEST(IdempotencyKey, IsReadWithAndWithoutQuotes) {
  const auto read = [](std::string_view header) {
    const auto key = parse_idempotency_key(header);
    return key ? *key : "refused";
  };
  EXPECT_EQ(read("\"8e03978e-40d5-43e8\""), "8e03978e-40d5-43e8");
  EXPECT_EQ(read("8e03978e-40d5-43e8"), "8e03978e-40d5-43e8");
  EXPECT_EQ(read(" \"a b\\\"c\\\\\" ;p=1"), "a b\"c\\");
  EXPECT_EQ(read(std::string(255, 'x')), std::string(255, 'x'));
  for (const std::string& bad : {std::string(), std::string("\"\""), std::string("\"a"), std::string("\"a\" b"),
                                 std::string("\"a\\x\""), std::string("a b"), std::string("a,b"), std::string("é"),
                                 std::string("\"é\""), std::string("a\"b"), std::string(256, 'x')}) {
    EXPECT_EQ(read(bad), "refused") << bad;
  }
}

TEST_F(Idempotency, WhatIsSentAgainIsDoneOnceAndAnsweredAlike) {
  const Reply first = send("to=user:ann&text=Shipped", "\"k1\"");
  ASSERT_EQ(first.status, 201);
  EXPECT_EQ(first.headers.find("Idempotent-Replayed"), nullptr);
  const Reply again = send("to=user:ann&text=Shipped", "k1");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.value("Idempotent-Replayed"), "true");
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 1);
  EXPECT_NE(send("to=user:ann&text=Shipped", "k2").text("id"), first.text("id"));
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 2);
  const HeaderList as_text{{"Accept", "text/plain"}};
  EXPECT_EQ(post(shop_.api_key, "/v1/messages", "to=user:ann&text=Shipped", "k1", as_text).body, first.text("id"));
}

TEST_F(Idempotency, AKeyIsItsCallersOwn) {
  EXPECT_EQ(send("to=user:ann&text=x", "k1").status, 201);
  EXPECT_EQ(post(forum_.api_key, "/v1/messages", "to=user:ann&text=y", "k1").status, 201);
  EXPECT_EQ(post(token(shop_, "bob"), "/v1/messages", "to=user:ann&text=y", "k1").status, 201);
  EXPECT_EQ(post(token(shop_, "ann"), "/v1/messages", "to=user:ann&text=y", "k1").status, 201);
  EXPECT_EQ(count_messages(forum_, "/v1/users/ann/messages"), 1);
}

TEST_F(Idempotency, AnotherRequestUnderTheSameKeyIsRefused) {
  EXPECT_EQ(send("to=user:ann&text=x", "k1").status, 201);
  const Reply other = send("to=user:ann&text=y", "k1");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.code(), "idempotency-key-reused");
  EXPECT_EQ(post(shop_.api_key, "/v1/tokens", "user=ann", "k1").status, 422);
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 1);
  EXPECT_EQ(send("to=user:ann&text=x", "a b").status, 400);
  EXPECT_EQ(call("POST", "/v1/messages", bearer(shop_.api_key, {{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}}),
                 "to=user:ann&text=x")
                .status,
            400);
}

TEST_F(Idempotency, TheNextOwnerOfANameIsNotAnsweredForTheOneBefore) {
  const auto say = [&](const Site& site) {
    return post(token(site, "bob"), "/v1/messages", "to=user:ann&text=x", "k1");
  };
  const Reply first = say(shop_), elsewhere = say(forum_);
  EXPECT_EQ(say(shop_).body, first.body) << "another token of the same user";
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/users/bob").status, 204);
  const Reply next = say(shop_);
  EXPECT_EQ(next.status, 201);
  EXPECT_EQ(next.headers.find("Idempotent-Replayed"), nullptr);
  EXPECT_NE(next.text("id"), first.text("id"));
  EXPECT_EQ(say(shop_).body, next.body);
  EXPECT_EQ(say(forum_).body, elsewhere.body);
}

// A token's end and what libraries add against caches change with each try.
TEST_F(Idempotency, WhatSaysWhoAsksOrKeepsCachesAwayIsNoPartOfTheRequest) {
  const auto ask = [&](const std::string& query, const std::string& form) {
    return call("POST", "/v1/messages" + query, {{"Idempotency-Key", "k1"}}, form);
  };
  const Reply first = ask("?_=1", "to=user:ann&text=x&key=" + token(shop_, "bob"));
  ASSERT_EQ(first.status, 201);
  base_.clock.advance_ms(5000);
  const std::string later = token(shop_, "bob");
  EXPECT_EQ(ask("?_=2&_token=3", "key=" + later + "&text=x&to=user:ann").body, first.body);
  EXPECT_EQ(post(later, "/v1/messages", "to=user:ann&text=x", "k1").body, first.body);
  EXPECT_EQ(ask("", "to=user:ann&text=y&key=" + later).status, 422);
  EXPECT_EQ(ask("", "to=user:annt&ext=x&key=" + later).status, 400);
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 1);
}

TEST_F(Idempotency, OneIsRefusedWhileTheOtherIsCarriedOut) {
  std::mutex mutex;
  std::vector<Reply> replies;
  std::promise<void> first_answered;
  data_.hold_commits(true);
  const auto ask = [&] {
    Reply reply = send("to=user:ann&text=x", "k1");
    const std::lock_guard lock(mutex);
    replies.push_back(std::move(reply));
    if (replies.size() == 1) first_answered.set_value();
  };
  const auto one = std::async(std::launch::async, ask), other = std::async(std::launch::async, ask);
  first_answered.get_future().wait();
  data_.hold_commits(false);
  data_.commit();
  one.wait();
  other.wait();
  EXPECT_EQ(replies[0].status, 409);
  EXPECT_EQ(replies[1].status, 201);
  EXPECT_EQ(send("to=user:ann&text=x", "k1").body, replies[1].body);
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 1);
}

TEST_F(Idempotency, WhatWasRefusedMayBeTriedAgain) {
  EXPECT_EQ(send("to=room:news&text=x", "k1").status, 404);
  EXPECT_EQ(send("to=user:ann&text=x&txt=y", "k2").status, 400);
  with_key(shop_, "PUT", "/v1/rooms/news");
  EXPECT_EQ(send("to=room:news&text=x", "k1").status, 201);
  EXPECT_EQ(send("to=user:ann&text=x", "k2").status, 201);
}

TEST_F(Idempotency, AnAnswerIsKeptForADay) {
  const Reply first = send("to=user:ann&text=x", "k1");
  base_.clock.advance_ms(answers_kept_ms - 1);
  EXPECT_EQ(send("to=user:ann&text=x", "k1").body, first.body);
  base_.clock.advance_ms(1);
  EXPECT_EQ(send("to=user:ann&text=y", "k1").status, 201);
  EXPECT_EQ(send("to=user:ann&text=x", "k1").status, 422);
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 2);
}

TEST_F(Idempotency, AMessageThatWasSentBeforeACrashIsNotSentAgain) {
  with_key(shop_, "PUT", "/v1/rooms/news");
  for (const std::string to : {"user:ann", "room:news"}) {
    const std::string path = to == "user:ann" ? "/v1/users/ann/messages" : "/v1/rooms/news/messages";
    const std::string key = "key of " + to, form = "text=x&to=" + to;
    const Reply first = send(form, "\"" + key + "\"");
    ASSERT_EQ(first.status, 201);
    forget_answer(key);
    EXPECT_EQ(send("text=y&to=" + to, "\"" + key + "\"").status, 422);
    EXPECT_EQ(send(form, "\"" + key + "\"").body, first.body);
    EXPECT_EQ(count_messages(shop_, path), 1);
    forget_answer(key, "begun-and-not-done-1234");
    EXPECT_NE(send(form, "\"" + key + "\"").body, first.body);
    EXPECT_EQ(count_messages(shop_, path), 2);
  }
}

TEST_F(Idempotency, AMessageThatCameOnlyToItsSendersArchiveStandsThereOnce) {
  const Reply first = send("from=user:bob&to=user:ann&text=x", "k1");
  ASSERT_EQ(first.status, 201);
  data_.archive(shop_.tenant->id, "archive").remove_all("ann@shop.example");
  forget_answer("k1");
  EXPECT_EQ(send("from=user:bob&to=user:ann&text=x", "k1").body, first.body);
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 1);
  EXPECT_EQ(count_messages(shop_, "/v1/users/bob/messages"), 1);
  EXPECT_EQ(count_messages(forum_, "/v1/users/ann/messages"), 0);
}

// Else one request could have an archive of years read.
TEST_F(Idempotency, LooksNoFurtherBackThanADayForWhatMayBeDone) {
  const std::string id = send("to=user:ann&text=x", "k1").text("id");
  base_.clock.advance_ms(answers_kept_ms - 1000);
  EXPECT_NE(send("to=user:ann&text=x", "k2").text("id"), id);
  forget_answer("k2", id);
  EXPECT_EQ(send("to=user:ann&text=x", "k2").text("id"), id);
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 2);
  base_.clock.advance_ms(2000);
  EXPECT_NE(send("to=user:ann&text=x", "k3").text("id"), id);
  forget_answer("k3", id);
  EXPECT_EQ(send("to=user:ann&text=x", "k3").text("id"), id) << "sent, under the id that was chosen for it";
  EXPECT_EQ(count_messages(shop_, "/v1/users/ann/messages"), 4);
}

TEST_F(Idempotency, HoldsForEveryPost) {
  const std::string make = "name=third&domain=third.example";
  const Reply tenant = post(testing::operator_key_text, "/operator/v1/tenants", make, "k1");
  ASSERT_EQ(tenant.status, 201);
  EXPECT_EQ(post(testing::operator_key_text, "/operator/v1/tenants", make, "k1").body, tenant.body);
  EXPECT_EQ(post(testing::operator_key_text, "/operator/v1/tenants", make, "k2").status, 409);
  const Reply key = post(shop_.api_key, "/v1/keys", "label=second", "k1");
  EXPECT_EQ(post(shop_.api_key, "/v1/keys", "label=second", "k1").body, key.body);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/keys").json().at("keys").as_array().size(), 2u);
  const Reply signed_token = post(shop_.api_key, "/v1/tokens", "user=ann", "k3");
  base_.clock.advance_ms(5000);
  EXPECT_EQ(post(shop_.api_key, "/v1/tokens", "user=ann", "k3").body, signed_token.body);
  // A secret that is answered again is not to be read where it is kept.
  ::teahouse::testing::QueueExecutor home;
  std::string kept;
  ASSERT_TRUE(run(home, data_.export_tenant(home, shop_.tenant->id, [&kept](std::string row) { kept += row; })));
  EXPECT_EQ(kept.find(key.text("api_key")), kept.npos);
  EXPECT_EQ(kept.find(crypto::to_base64(key.text("api_key")).substr(0, 40)), kept.npos);
}

TEST_F(Idempotency, AGuestIsTheSameAgainOnlyUnderARandomKey) {
  const std::string path = "/v1/sites/" + shop_.tenant->site_id + "/guests";
  const auto guest = [&](const std::string& key) {
    return call("POST", path, {{"Origin", "https://shop.example"}, {"Idempotency-Key", key}});
  };
  const Reply first = guest("8e03978e-40d5-43e8-bc93-6894a57f9324");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(guest("8e03978e-40d5-43e8-bc93-6894a57f9324").body, first.body);
  EXPECT_NE(guest("8e03978e-40d5-43e8-bc93-6894a57f9325").text("user"), first.text("user"));
  EXPECT_EQ(guest("guest-1").status, 400);
}

TEST_F(Idempotency, KeysAreLimited) {
  const std::string bob = token(shop_, "bob");
  Reply last;
  for (int64_t i = 0; i < ApiCallLimits::idempotency_keys_per_caller; ++i) {
    ASSERT_EQ(shared_.limits.take_idempotency_key(shop_.tenant->id, "user:bob"), 0) << i;
  }
  const Reply refused = post(bob, "/v1/messages", "to=user:ann&text=x", "k1");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.value("Retry-After"), "88");  // an hour's forty-first part
  EXPECT_EQ(as_user(shop_, "bob", "POST", "/v1/messages", "to=user:ann&text=x").status, 201);
  EXPECT_EQ(post(token(shop_, "ann"), "/v1/messages", "to=user:bob&text=x", "k1").status, 201);
  EXPECT_EQ(send("to=user:ann&text=x", "k1").status, 201);
}

}  // namespace
}  // namespace teahouse::api::idempotency_test
