#include "api/testing/api_world.h"

namespace teahouse::api::messages_test {
namespace {

using testing::HeaderList;
using testing::Reply;
class MessagesApi : public testing::ApiWorld {
 protected:
  std::vector<std::string> texts(const Reply& reply) {
    std::vector<std::string> found;
    const auto json = reply.json();
    for (const auto& message : json.at("messages").as_array())
      found.emplace_back(message.at("text").as_string().c_str());
    return found;
  }
};
using Texts = std::vector<std::string>;

TEST_F(MessagesApi, FromTheSiteToAUser) {
  HeaderList headers = bearer(shop_.api_key);
  headers.emplace_back("Accept", "text/plain");
  const Reply sent = call("POST", "/v1/messages", headers, "to=user:ann&text=Your+order+%26+more+%3C3");
  EXPECT_EQ(sent.status, 201);
  const Reply history = with_key(shop_, "GET", "/v1/users/ann/messages?with=site");
  ASSERT_EQ(texts(history), Texts{"Your order & more <3"});
  EXPECT_EQ(history.json().at("messages").at(0).at("message_id").as_string(), sent.body);
  EXPECT_EQ(history.json().at("messages").at(0).at("from"), "site");
  EXPECT_EQ(texts(with_key(shop_, "GET", "/v1/users/bob/messages")), Texts{});
  EXPECT_EQ(texts(with_key(forum_, "GET", "/v1/users/ann/messages")), Texts{});
  EXPECT_EQ(with_key(shop_, "GET", "/v1/usage").json().at("messages").as_int64(), 1);
}

TEST_F(MessagesApi, AreAsLongAsABodyMayBe) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=" + text).status, 201);
  const Reply refused = with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=" + text + text);
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.code(), "content-too-large");
  EXPECT_NE(refused.detail().find("131072 bytes"), std::string::npos);
  EXPECT_EQ(texts(with_key(shop_, "GET", "/v1/users/ann/messages")), Texts{text});
  EXPECT_EQ(texts(with_key(forum_, "GET", "/v1/users/ann/messages")), Texts{});
}

TEST_F(MessagesApi, FromUserToUserStandsInBothArchives) {
  EXPECT_EQ(as_user(shop_, "ann", "POST", "/v1/messages", "to=user:bob&text=hi").status, 201);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&from=user:bob&text=hello").status, 201);
  for (const char* user : {"ann", "bob"}) {
    const Reply history = as_user(shop_, user, "GET", std::string("/v1/users/") + user + "/messages");
    EXPECT_EQ(texts(history), (Texts{"hi", "hello"})) << user;
    EXPECT_EQ(history.json().at("messages").at(0).at("from"), "user:ann");
    EXPECT_EQ(history.json().at("messages").at(0).at("to"), "user:bob");
  }
  EXPECT_EQ(texts(with_key(shop_, "GET", "/v1/users/ann/messages?with=user:bob")), (Texts{"hi", "hello"}));
  EXPECT_EQ(texts(with_key(shop_, "GET", "/v1/users/ann/messages?with=user:cleo")), Texts{});
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann/messages?with=bob").status, 400);
}

TEST_F(MessagesApi, PagesGoBack) {
  for (int i = 0; i < 5; ++i) with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=" + std::to_string(i));
  Reply page = with_key(shop_, "GET", "/v1/users/ann/messages?limit=2");
  EXPECT_EQ(texts(page), (Texts{"3", "4"}));
  page = with_key(shop_, "GET", "/v1/users/ann/messages?limit=2&cursor=" + page.text("next_cursor"));
  EXPECT_EQ(texts(page), (Texts{"1", "2"}));
  page = with_key(shop_, "GET", "/v1/users/ann/messages?limit=2&cursor=" + page.text("next_cursor"));
  EXPECT_EQ(texts(page), Texts{"0"});
  EXPECT_FALSE(page.json().as_object().contains("next_cursor"));
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann/messages?cursor=x").status, 400);
}

TEST_F(MessagesApi, ToARoom) {
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=room:news&text=x").status, 404);
  with_key(shop_, "PUT", "/v1/rooms/news");
  with_key(shop_, "PUT", "/v1/users/ann", "name=Ann");
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=room:news&text=first").status, 201);
  EXPECT_EQ(as_user(shop_, "ann", "POST", "/v1/messages", "to=room:news&text=second").status, 201);
  const Reply history = as_user(shop_, "bob", "GET", "/v1/rooms/news/messages");
  EXPECT_EQ(texts(history), (Texts{"first", "second"}));
  EXPECT_EQ(history.json().at("messages").at(0).at("nick"), "shop");
  EXPECT_EQ(history.json().at("messages").at(1).at("nick"), "Ann");
  EXPECT_EQ(with_key(forum_, "POST", "/v1/messages", "to=room:news&text=x").status, 404);
  EXPECT_EQ(as_user(forum_, "ann", "GET", "/v1/rooms/news/messages").status, 404);
}

TEST_F(MessagesApi, InARoomTheNextOwnerOfANameHasSaidNothing) {
  const auto said_by = [&](const testing::Site& site) {
    const Reply history = as_user(site, "ann", "GET", "/v1/rooms/news/messages");
    const auto json = history.json();
    const auto& message = json.at("messages").at(0).as_object();
    return message.contains("from") ? std::string(message.at("from").as_string()) : std::string();
  };
  for (const testing::Site* site : {&shop_, &forum_}) {
    with_key(*site, "PUT", "/v1/rooms/news");
    EXPECT_EQ(as_user(*site, "ann", "POST", "/v1/messages", "to=room:news&text=x").status, 201);
    EXPECT_EQ(said_by(*site), "user:ann");
  }
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/users/ann").status, 204);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann").status, 201);
  EXPECT_EQ(said_by(shop_), "");
  EXPECT_EQ(said_by(forum_), "user:ann");
}

TEST_F(MessagesApi, ARoomsRulesHoldForTokens) {
  with_key(shop_, "PUT", "/v1/rooms/club", "members_only=true&members=ann");
  with_key(shop_, "PUT", "/v1/rooms/stage", "moderated=true&members=ann");
  with_key(shop_, "PUT", "/v1/rooms/open");
  with_key(shop_, "PUT", "/v1/rooms/open/members/bob", "role=outcast");
  for (const char* room : {"club", "stage", "open"}) {
    const std::string message = std::string("text=x&to=room:") + room;
    EXPECT_EQ(as_user(shop_, "ann", "POST", "/v1/messages", message).status, 201) << room;
    EXPECT_EQ(as_user(shop_, "bob", "POST", "/v1/messages", message).status, 403) << room;
  }
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/rooms/club/messages").status, 200);
  EXPECT_EQ(as_user(shop_, "bob", "GET", "/v1/rooms/club/messages").status, 403);
  EXPECT_EQ(as_user(shop_, "bob", "GET", "/v1/rooms/stage/messages").status, 200);
  EXPECT_EQ(as_user(shop_, "bob", "GET", "/v1/rooms/open/messages").status, 403);
}

TEST_F(MessagesApi, WhatIsWrongIsNamed) {
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann").detail(), "The field 'text' is missing.");
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=ann&text=x").status, 400);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=ann@forum.example&text=x").status, 400);
  // The site's own key may write to a user who was never here; a user's token may not make others up.
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:newcomer&text=x").status, 201);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/newcomer").status, 200);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users/newcomer").status, 404);
  EXPECT_EQ(as_user(shop_, "ann", "POST", "/v1/messages", "to=user:nobody&text=x").status, 404);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=x&from=room:news").status, 400);
  EXPECT_EQ(as_operator("PUT", "/operator/v1/plans/default", "stanza_bytes=12000").status, 200);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=" + std::string(3000, '<')).status, 422);
  HeaderList headers = bearer(shop_.api_key);
  headers.back().second = "text/xml";
  EXPECT_EQ(call("POST", "/v1/messages", headers, "<x/>").status, 415);
  shop_.tenant->meter->archive_bytes = int64_t{1} << 40;
  const Reply full = with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=x");
  EXPECT_EQ(full.code(), "resource-constraint");
}

TEST_F(MessagesApi, AnAnswerMeansThatItIsOnDisk) {
  data_.hold_commits(true);
  std::promise<Reply> answered;
  auto future = answered.get_future();
  std::thread client([&] { answered.set_value(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=x")); });
  const Lsn before = data_.committed();
  while (data_.appended() == before) std::this_thread::yield();
  for (net::fake::RunningLoop* loop : loops_) loop->run([] {});
  EXPECT_EQ(future.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  data_.hold_commits(false);
  EXPECT_EQ(future.get().status, 201);
  client.join();
}

TEST_F(MessagesApi, UnreadCountsSinceTheUsersOwnWord) {
  const auto unread = [&](const char* user) {
    return as_user(shop_, user, "GET", std::string("/v1/users/") + user + "/unread");
  };
  EXPECT_EQ(unread("ann").json().at("total").as_int64(), 0);
  for (int i = 0; i < 3; ++i) as_user(shop_, "bob", "POST", "/v1/messages", "to=user:ann&text=x");
  with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=notice");
  const Reply both = unread("ann");
  EXPECT_EQ(both.json().at("total").as_int64(), 4);
  EXPECT_EQ(both.json().at("conversations").as_array().size(), 2u);
  EXPECT_EQ(unread("bob").json().at("total").as_int64(), 0);
  as_user(shop_, "ann", "POST", "/v1/messages", "to=user:bob&text=read");
  const Reply left = unread("ann");
  EXPECT_EQ(left.json().at("total").as_int64(), 1);
  EXPECT_EQ(left.json().at("conversations").at(0).at("with"), "site");
  EXPECT_EQ(unread("bob").json().at("conversations").at(0).at("with"), "user:ann");
  HeaderList headers = bearer(shop_.api_key);
  headers.emplace_back("Accept", "text/plain");
  EXPECT_EQ(call("GET", "/v1/users/bob/unread", headers).body, "1");
}

TEST_F(MessagesApi, UnreadEndsAtADisplayedMarkerAndAtAHundred) {
  const auto archive = data_.archive(shop_.tenant->id, "archive");
  store::ArchiveIdMaker ids(data_.arrivals(), 7);
  const auto append = [&](const std::string& from, const std::string& to, const std::string& payload) {
    archive.append("ann@shop.example", {ids.make(base_.clock.wall_ms()).id, "bob@shop.example",
                                        "<message xmlns='jabber:client' type='chat' from='" + from + "' to='" + to +
                                            "'>" + payload + "</message>"});
  };
  const std::string ann = "ann@shop.example/phone", bob = "bob@shop.example/pc";
  for (int i = 0; i < 5; ++i) append(bob, ann, "<body>x</body>");
  append(ann, bob, "<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>");
  append(bob, ann, "<body>x</body>");
  append(bob, ann, "<received xmlns='urn:xmpp:receipts' id='x'/>");
  const auto unread = [&] { return with_key(shop_, "GET", "/v1/users/ann/unread").json(); };
  EXPECT_EQ(unread().at("total").as_int64(), 1);
  for (int i = 0; i < 150; ++i) append(bob, ann, "<body>x</body>");
  EXPECT_EQ(unread().at("total").as_int64(), 100);
  EXPECT_TRUE(unread().at("conversations").at(0).at("more").as_bool());
}

}  // namespace
}  // namespace teahouse::api::messages_test
