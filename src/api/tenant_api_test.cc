// Calls that a site's server and its users may make, and things that one tenant must not see of another.
#include <future>
#include <map>

#include "api/testing/api_world.h"

namespace teahouse::api::tenant_api_test {
namespace {

using testing::HeaderList;
using testing::Reply;
using testing::Site;
class TenantApi : public testing::ApiWorld {};

TEST_F(TenantApi, EachWayToShowAKey) {
  EXPECT_EQ(call("GET", "/v1/users", {{"Authorization", "Bearer " + shop_.api_key}}).status, 200);
  const std::string basic = crypto::to_base64(shop_.api_key + ":");
  EXPECT_EQ(call("GET", "/v1/users", {{"Authorization", "Basic " + basic}}).status, 200);
  EXPECT_EQ(call("POST", "/v1/tokens", {}, "key=" + shop_.api_key + "&user=7").status, 201);
  EXPECT_EQ(call("POST", "/v1/tokens", {}, "key=" + shop_.api_key + "%0A&user=7").status, 201);  // read from a file
  for (const char* query : {"?key=", "?token=", "?anything="}) {
    const Reply refused = call("GET", "/v1/users" + (query + shop_.api_key), bearer(shop_.api_key));
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_NE(refused.detail().find("never belongs in a URL"), std::string::npos);
    EXPECT_EQ(refused.body.find(shop_.api_key), std::string::npos);
  }
}

// Ids may begin as keys do, and a page's cursor is an id.
TEST_F(TenantApi, PagesGoOnAfterIdsThatLookLikeKeys) {
  for (const char* id : {"sk_a", "sk_b", "ss_c"}) {
    EXPECT_EQ(with_key(shop_, "PUT", std::string("/v1/users/") + id).status, 201);
  }
  const auto ids = [this](const std::string& list, const char* rows, auto read) {
    std::string all, cursor;
    do {
      const Reply page = read(list + "?limit=1" + (cursor.empty() ? "" : "&cursor=" + cursor));
      if (page.status != 200) return all + page.body;
      const auto json = page.json();
      for (const auto& row : json.at(rows).as_array()) all += std::string(row.at("id").as_string()) + " ";
      cursor = json.as_object().contains("next_cursor") ? page.text("next_cursor") : "";
    } while (!cursor.empty());
    return all;
  };
  const auto by_key = [this](const std::string& path) { return with_key(shop_, "GET", path); };
  const auto by_operator = [this](const std::string& path) { return as_operator("GET", path); };
  EXPECT_EQ(ids("/v1/users", "users", by_key), "ann bob sk_a sk_b ss_c ");
  EXPECT_EQ(ids("/operator/v1/tenants/shop/accounts", "accounts", by_operator), "ann bob sk_a sk_b ss_c ");
  EXPECT_EQ(ids("/operator/v1/tenants/forum/accounts", "accounts", by_operator), "ann bob ");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann/messages?with=user:sk_a").status, 200);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann/messages?with=sk_a@a.example").status, 200);
}

TEST_F(TenantApi, EachWayToGetItWrong) {
  const std::string users = "/v1/users", tenants = "/operator/v1/tenants";
  EXPECT_EQ(call("GET", users).status, 401);
  EXPECT_EQ(call("GET", tenants).status, 401);
  EXPECT_EQ(call("GET", users, bearer("sk_wrong")).status, 401);
  EXPECT_EQ(call("GET", users, bearer("nonsense")).status, 401);
  EXPECT_EQ(call("GET", users, bearer("a.b.c")).status, 401);
  const auto why = [&](const std::string& credential) {
    const Reply refused = call("GET", "/v1/users/ann", bearer(credential));
    EXPECT_EQ(refused.status, 401);
    return refused.detail();
  };
  EXPECT_EQ(why(std::string(9000, 'x') + ".b.c"),
            "This token is longer than 8192 bytes; leave rooms or the picture out.");
  EXPECT_EQ(why("e30.e30.x"), "This token has no \"iss\": give the id of your site's key.");
  EXPECT_EQ(why("e30.bm8.x"), "This token's claims part is not a JSON object.");
  EXPECT_NE(why("e30.eyJpc3MiOiJwa194In0.x").find("\"iss\" is the id of no site here"), std::string::npos);
  EXPECT_EQ(call("GET", users, {{"Authorization", "Digest x"}}).status, 400);
  EXPECT_EQ(call("GET", users, {{"Authorization", "Basic *"}}).status, 400);
  EXPECT_EQ(call("GET", users, bearer(testing::operator_key_text)).status, 401);
  EXPECT_EQ(call("GET", tenants, bearer(shop_.api_key)).status, 401);
  EXPECT_EQ(call("GET", tenants, bearer(token(shop_, "ann"))).status, 401);
  EXPECT_EQ(as_user(shop_, "ann", "GET", users).status, 403);
  EXPECT_EQ(as_user(shop_, "ann", "POST", "/v1/tokens", "user=bob").status, 403);
  EXPECT_EQ(call("GET", "/v1/users/ann", bearer(token(shop_, "ann", -600))).status, 401);
  testing::Site forged = forum_;
  forged.tenant = shop_.tenant;  // signed with the forum's secret
  EXPECT_EQ(call("GET", "/v1/users/ann", bearer(token(forged, "ann"))).status, 401);
}

TEST_F(TenantApi, ATokenFromTheApiSignsIn) {
  const Reply made = with_key(shop_, "POST", "/v1/tokens", "user=Zoe+Q&name=Zoe&picture=https://shop.example/z.png");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.text("jid"), "zoe\\20q@shop.example");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/Zoe%20Q").status, 404);  // its first use makes the account
  const auto user =
      base_.wait(sign_in(base_.home, accounts_, shop_.tenant, base_.keys, made.text("token"), base_.clock.wall_ms()));
  ASSERT_TRUE(user) << user.error().text;
  const Reply shown = with_key(shop_, "GET", "/v1/users/Zoe%20Q");
  EXPECT_EQ(shown.text("name"), "Zoe");
  EXPECT_EQ(shown.text("id"), "Zoe Q");
  EXPECT_FALSE(check_site_token(*forum_.tenant, base_.keys, made.text("token"), base_.clock.wall_ms()));
  HeaderList headers = bearer(shop_.api_key);
  headers.emplace_back("Accept", "text/plain");
  const Reply plain = call("POST", "/v1/tokens", headers, "user=7");
  EXPECT_EQ(plain.headers.value("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(check_site_token(*shop_.tenant, base_.keys, plain.body, base_.clock.wall_ms()));
  const Reply wrong = call("POST", "/v1/tokens", headers, "name=x");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.body, "error: bad-request: The field 'user' is missing.\n");
  EXPECT_EQ(with_key(shop_, "POST", "/v1/tokens", "user=7&ttl=1").status, 400);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/tokens", "user=7&picture=javascript:x").status, 400);
}

TEST_F(TenantApi, ATokenIsExplainedStepByStep) {
  const auto states = [](const Reply& reply) {
    std::string all;
    const boost::json::value body = boost::json::parse(reply.body);
    for (const auto& row : body.at("steps").as_array()) all += std::string(row.at("state").as_string()).substr(0, 1);
    return all;
  };
  const std::string path = "/v1/tokens/check";
  with_key(shop_, "PUT", "/v1/users/bob");
  with_key(shop_, "PUT", "/v1/users/eve", "disabled=true");
  const Reply good = with_key(shop_, "POST", path, "token=" + token(shop_, "zed") + "&origin=https://shop.example");
  EXPECT_EQ(states(good), "ggggggggg");
  EXPECT_EQ(good.text("user"), "zed");
  EXPECT_EQ(good.text("secret"), "newest");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/zed").status, 404) << "nothing is made";
  EXPECT_NE(good.body.find("\"known\":false"), std::string::npos);
  const Reply known = with_key(shop_, "POST", path, "token=" + token(shop_, "bob"));
  EXPECT_NE(known.body.find("\"known\":true"), std::string::npos);
  EXPECT_EQ(states(with_key(shop_, "POST", path, "token=" + token(shop_, "Bob"))), "gggggggw") << "another spelling";
  EXPECT_EQ(states(with_key(shop_, "POST", path, "token=" + token(shop_, "eve"))), "gggggggw") << "disabled";
  const Reply page = with_key(shop_, "POST", path, "token=" + token(shop_, "ann") + "&origin=https://evil.example");
  EXPECT_EQ(states(page), "ggggggggw");
  EXPECT_NE(page.body.find("\"good\":false"), std::string::npos);

  const Reply foreign = with_key(shop_, "POST", path, "token=" + token(forum_, "ann"));
  EXPECT_EQ(states(foreign), "ggwwggug");
  EXPECT_EQ(foreign.body.find(forum_.tenant->site_id), std::string::npos);
  EXPECT_EQ(states(with_key(shop_, "POST", path, "token=hello")), "wuuuuuuu");
  const Reply secret = with_key(shop_, "POST", path, "token=" + shop_.signing_secret);
  EXPECT_EQ(secret.body.find(shop_.signing_secret), std::string::npos);
  EXPECT_EQ(with_key(shop_, "POST", path, "origin=https://shop.example").status, 400);
  EXPECT_EQ(as_user(shop_, "bob", "POST", path, "token=x").status, 403);
}

TEST_F(TenantApi, UsersAreSearchedByIdAndName) {
  for (const char* id : {"ann", "bob", "Carl", "dora"}) with_key(shop_, "PUT", "/v1/users/" + std::string(id));
  with_key(shop_, "PUT", "/v1/users/42", "name=Annabel");
  with_key(forum_, "PUT", "/v1/users/anna");
  const auto ids = [this](const std::string& query) {
    std::string all;
    const boost::json::value body = boost::json::parse(with_key(shop_, "GET", "/v1/users?" + query).body);
    for (const auto& row : body.at("users").as_array()) all += std::string(row.at("id").as_string()) + " ";
    return body.as_object().contains("next_cursor") ? all + "..." : all;
  };
  EXPECT_EQ(ids("search=ANN"), "42 ann ") << "of this site alone";
  EXPECT_EQ(ids("search=carl"), "Carl ");
  EXPECT_EQ(ids("search=%25"), "");
  EXPECT_EQ(ids("search=ann&limit=1"), "42 ...");
  EXPECT_EQ(ids("search=ann&limit=1&cursor=42"), "ann ");
  EXPECT_EQ(ids("search="), "42 ann bob Carl dora ");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users?search=" + std::string(101, 'a')).status, 400);
}

TEST_F(TenantApi, IdsWithSlashesStandInPaths) {
  const std::vector<std::pair<std::string, std::string>> ids{{"staff%2Fbo", "staff/bo"},
                                                             {"CORP%5Cbo", "CORP\\bo"},
                                                             {"%2F", "/"},
                                                             {"a%2F%2Fb%25", "a//b%"},
                                                             {"a%252Fb", "a%2Fb"}};
  with_key(shop_, "PUT", "/v1/rooms/shelf%2F3");
  for (const auto& [written, id] : ids) {
    const Reply made = with_key(shop_, "PUT", "/v1/users/" + written, "name=" + written);
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("id"), id);
    EXPECT_EQ(with_key(shop_, "GET", "/v1/users/" + written).text("name"), id);
    EXPECT_EQ(with_key(shop_, "GET", "/v1/users/" + written + "/status").status, 200);
    EXPECT_EQ(with_key(forum_, "GET", "/v1/users/" + written).status, 404);
    const Reply member = with_key(shop_, "PUT", "/v1/rooms/shelf%2F3/members/" + written);
    EXPECT_EQ(member.status, 200) << member.body;
    EXPECT_EQ(member.text("room"), "shelf/3");
  }
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/staff/bo").status, 404);
  for (const auto& [written, id] : ids) {
    EXPECT_EQ(with_key(shop_, "DELETE", "/v1/users/" + written).status, 204) << id;
    EXPECT_EQ(with_key(shop_, "GET", "/v1/users/" + written).status, 404) << id;
  }
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann").status, 200) << "who else is there";
}

TEST_F(TenantApi, AUserWhoseFormIsAnothersHasAnAddressOfTheirOwn) {
  ASSERT_EQ(with_key(shop_, "PUT", "/v1/users/gro%C3%9F", "name=First").status, 201);
  const std::string moved = "==67=72=6f=73=73@shop.example";
  EXPECT_EQ(with_key(shop_, "POST", "/v1/tokens", "user=gross").text("jid"), moved);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/gross").status, 404);
  const Reply made = as_user(shop_, "gross", "PUT", "/v1/users/gross", "name=Second");
  EXPECT_EQ(made.status, 200) << "the token has made the user: " << made.body;
  EXPECT_EQ(made.text("jid"), moved);
  EXPECT_EQ(made.text("id"), "gross");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/gro%C3%9F").text("name"), "First");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/gross").text("name"), "Second");
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:gross&text=x").text("to"), "user:gross");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/gross/messages").json().at("messages").as_array().size(), 1U);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/gro%C3%9F/messages").json().at("messages").as_array().size(), 0U);
  // The other way round: the user whose address is asked for has not been here.
  ASSERT_EQ(with_key(shop_, "PUT", "/v1/users/strasse").status, 201);
  const Reply asked = with_key(shop_, "GET", "/v1/addresses?of=user:stra%C3%9Fe");
  const std::string there(asked.json().at("addresses").at(0).at("jid").as_string());
  EXPECT_EQ(there, "==73=74=72=61=c3=9f=65@shop.example");
  EXPECT_EQ(with_key(shop_, "POST", "/v1/tokens", "user=stra%C3%9Fe").text("jid"), there);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/stra%C3%9Fe").text("jid"), there);
  EXPECT_EQ(with_key(forum_, "PUT", "/v1/users/stra%C3%9Fe").text("jid"), "stra\u00DFe@forum.example");
}

TEST_F(TenantApi, UsersWhoAreLikeEachOtherCanBeMadeAtOnce) {
  for (const auto& [one, other] : std::vector<std::pair<std::string, std::string>>{
           {"gro%C3%9F", "gross"},
           {"ma%C3%9F", "mass"},
           {"fu%C3%9F", "fuss"},
           {"%CE%BD%CE%AF%CE%BA%CE%BF%CF%82", "%CE%BD%CE%AF%CE%BA%CE%BF%CF%83"}}) {
    auto make = [this](const std::string& id) { return with_key(shop_, "PUT", "/v1/users/" + id, "password=secret"); };
    auto beside = std::async(std::launch::async, make, other);
    const Reply made = make(one), made_beside = beside.get();
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made_beside.status, 201) << made_beside.body;
    EXPECT_NE(made.text("jid"), made_beside.text("jid"));
  }
}

// A site that makes its users on two servers at once, and greets each of them once.
TEST_F(TenantApi, AUserIsMadeOnce) {
  std::vector<std::future<int>> asked;
  asked.reserve(8);
  for (int i = 0; i < 8; ++i) {
    asked.push_back(std::async(std::launch::async, [this, i] {
      return with_key(shop_, "PUT", "/v1/users/dave", "name=Dave&password=secret" + std::to_string(i % 2)).status;
    }));
  }
  std::map<int, int> answers;
  for (auto& one : asked) ++answers[one.get()];
  EXPECT_EQ(answers, (std::map<int, int>{{200, 7}, {201, 1}}));
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users/dave").status, 404);
}

TEST_F(TenantApi, UsersAreMadeChangedAndRemoved) {
  const Reply changed = with_key(shop_, "PUT", "/v1/users/ann", "name=Ann&role=moderator&password=s3cret");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.text("role"), "moderator");
  EXPECT_TRUE(changed.json().at("has_password").as_bool());
  EXPECT_TRUE(base_.wait(accounts_.check_password(base_.home, shop_.tenant, "ann", "s3cret")).has_value());
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users/ann").text("name"), "ann");  // another ann
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann", "nmae=x").status, 400);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann", "role=king").status, 400);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/%20", "name=x").status, 400);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann", "picture=http://shop.example/a.png").status, 400);  // as in a token
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann", "picture=https://shop.example/a.png").status, 200);
  const std::string longest(64, 'x');
  EXPECT_EQ(with_key(forum_, "PUT", "/v1/users/" + longest).status, 201);
  EXPECT_EQ(with_key(forum_, "PUT", "/v1/users/" + longest + "x").status, 400);
  EXPECT_EQ(with_key(forum_, "POST", "/v1/messages", "text=x&to=user:" + longest + "x").status, 400);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users/" + longest + "x").status, 404);
  const Reply refused = with_key(shop_, "PUT", "/v1/users/cleo", "name=Cleo&password=" + std::string(2000, 'x'));
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.detail().find("password"), std::string::npos);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann", "name=Anne&password=a%09b").status, 400);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann").text("name"), "Ann");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/cleo").status, 404);  // nothing of it was stored
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/cleo", "name=Cleo").status, 201);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users/cleo").status, 404);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/users/cleo").status, 204);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/users/cleo").status, 404);
  const Reply page = with_key(shop_, "GET", "/v1/users?limit=1");
  EXPECT_EQ(page.json().at("users").at(0).at("id"), "ann");
  EXPECT_EQ(
      with_key(shop_, "GET", "/v1/users?limit=1&cursor=" + page.text("next_cursor")).json().at("users").at(0).at("id"),
      "bob");
}

TEST_F(TenantApi, ATokenActsAsItsUserOnly) {
  EXPECT_EQ(as_user(shop_, "ann", "PUT", "/v1/users/ann", "name=Annie").text("name"), "Annie");
  EXPECT_EQ(as_user(shop_, "ann", "PUT", "/v1/users/ann", "role=admin").status, 403);
  EXPECT_EQ(as_user(shop_, "ann", "PUT", "/v1/users/ann", "password=x").status, 403);
  EXPECT_EQ(as_user(shop_, "ann", "PUT", "/v1/users/bob", "name=Bobby").status, 403);
  const Reply other = as_user(shop_, "bob", "GET", "/v1/users/ann");
  EXPECT_EQ(other.text("name"), "Annie");
  EXPECT_FALSE(other.json().as_object().contains("role"));
  EXPECT_EQ(as_user(shop_, "bob", "GET", "/v1/users/stranger").status, 404);
  for (const char* path : {"/v1/users/bob/messages", "/v1/users/bob/unread", "/v1/users/bob/status"}) {
    EXPECT_EQ(as_user(shop_, "ann", "GET", path).status, 403) << path;
    EXPECT_EQ(as_user(shop_, "bob", "GET", path).status, 200) << path;
  }
  EXPECT_EQ(as_user(shop_, "ann", "POST", "/v1/messages", "to=user:bob&text=x&from=user:bob").status, 403);
  EXPECT_EQ(as_user(shop_, "ann", "DELETE", "/v1/users/ann").status, 403);
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/online").status, 403);
}

TEST_F(TenantApi, ATokenIsTakenAsPagesPrintIt) {
  const std::string ann = token(shop_, "ann");
  for (const std::string& printed : {"\"" + ann + "\"", "'" + ann + "'", "{\"token\": \"" + ann + "\"}", " " + ann}) {
    EXPECT_EQ(call("GET", "/v1/users/ann/unread", bearer(printed)).status, 200) << printed;
    EXPECT_EQ(call("GET", "/v1/users/bob/unread", bearer(printed)).status, 403) << printed;
  }
  const Reply cut = call("GET", "/v1/users/ann/unread", bearer(ann.substr(0, ann.rfind('.'))));
  EXPECT_EQ(cut.status, 401);
  EXPECT_NE(cut.detail().find("three parts"), std::string::npos) << cut.detail();
}

TEST_F(TenantApi, ASecretInPlaceOfTheSiteIsToldToBePublic) {
  Site wrong = shop_;
  for (const std::string& secret : {shop_.api_key, shop_.signing_secret}) {
    auto tenant = std::make_shared<Tenant>(*shop_.tenant);
    tenant->site_id = secret;
    wrong.tenant = tenant;
    const Reply refused = call("GET", "/v1/users/ann", bearer(token(wrong, "ann")));
    EXPECT_EQ(refused.status, 401);
    EXPECT_NE(refused.detail().find("Revoke it at once"), std::string::npos) << refused.detail();
    EXPECT_EQ(refused.body.find(secret), std::string::npos);
  }
}

TEST_F(TenantApi, CallsAreLimitedByThePlan) {
  EXPECT_EQ(as_operator("PUT", "/operator/v1/plans/default", "api_calls_per_min=3&accounts=2").status, 200);
  base_.clock.advance_ms(60'000);
  Reply last;
  for (int i = 0; i < 4; ++i) last = with_key(shop_, "GET", "/v1/users");
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.headers.value("Retry-After"), "20");
  EXPECT_NE(last.detail().find("3 API calls a minute"), std::string::npos);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users").status, 200);
  base_.clock.advance_ms(20'000);
  const Reply full = with_key(shop_, "PUT", "/v1/users/third");
  EXPECT_EQ(full.status, 403);  // the plan's accounts
  EXPECT_EQ(full.code(), "resource-constraint");
}

TEST_F(TenantApi, RoomsAreOfOneTenant) {
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/rooms/news", "name=News&members=ann").status, 201);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/rooms/news", "name=Newer").status, 200);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/rooms/news").text("name"), "Newer");
  EXPECT_EQ(with_key(forum_, "GET", "/v1/rooms/news").status, 404);
  EXPECT_EQ(with_key(forum_, "DELETE", "/v1/rooms/news").status, 404);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/rooms").json().at("rooms").as_array().size(), 0u);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/rooms").json().at("rooms").as_array().size(), 1u);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/rooms/news/members/bob", "role=admin").text("role"), "admin");
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/rooms/news/members/eve", "role=outcast").status, 200);
  EXPECT_NE(with_key(shop_, "GET", "/v1/rooms/news").body.find("\"banned\":[\"eve\"]"), std::string::npos);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/rooms/news/members/bob", "role=king").status, 400);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/rooms/none/members/bob").status, 404);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/rooms/news/members/bob").status, 204);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/rooms/news").status, 204);
}

TEST_F(TenantApi, StatusAndOnline) {
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann/status").text("status"), "offline");
  bind("ann@shop.example", "<show>away</show>");
  bind("bob@shop.example", "");
  bind("ann@forum.example", "");
  const Reply away = with_key(shop_, "GET", "/v1/users/ann/status");
  EXPECT_EQ(away.text("status"), "away");
  EXPECT_EQ(away.text("since"), format_time(base_.clock.wall_ms()));
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/none/status").status, 404);
  const Reply online = with_key(shop_, "GET", "/v1/online");
  EXPECT_EQ(online.json().at("count").as_int64(), 2);
  EXPECT_EQ(online.json().at("users").at(1).at("user"), "bob");
  HeaderList headers = bearer(forum_.api_key);
  headers.emplace_back("Accept", "text/plain");
  EXPECT_EQ(call("GET", "/v1/online", headers).body, "1");
  EXPECT_EQ(call("GET", "/v1/users/ann/status", headers).body, "online");
}

TEST_F(TenantApi, OwnKeysAndServerPages) {
  const Reply made = with_key(shop_, "POST", "/v1/keys", "label=second");
  EXPECT_EQ(made.status, 201);
  const std::string id = std::to_string(made.json().at("id").as_int64());
  EXPECT_EQ(with_key(forum_, "DELETE", "/v1/keys/" + id).status, 404);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/keys/" + id).status, 204);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/keys/x").status, 404);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/signing-secrets").status, 201);
  const Reply usage = with_key(shop_, "GET", "/v1/usage");
  ASSERT_EQ(usage.status, 200);
  EXPECT_GE(usage.json().at("limits").at("api_calls_per_min").at("used").as_int64(), 1);
  EXPECT_FALSE(usage.json().at("limits").at("room_members").as_object().contains("used"));
  EXPECT_EQ(call("GET", "/healthz").status, 200);
  const Reply description = call("GET", "/openapi.json");
  EXPECT_EQ(description.status, 200);
  EXPECT_EQ(description.json().at("openapi"), "3.1.0");
}

}  // namespace
}  // namespace teahouse::api::tenant_api_test
