// Domains over the API: claimed, proved, taken, given up; by two tenants.
#include "domains/domains.h"

#include "api/testing/api_world.h"

namespace teahouse::api::domains_test {
namespace {

using testing::ApiWorld;
using testing::Reply;
using testing::Site;

class DomainsApi : public ApiWorld {
 protected:
  Reply claim(const Site& site, const std::string& domain, const std::string& more = {}) {
    return with_key(site, "POST", "/v1/domains", "domain=" + domain + more);
  }
  Reply check(const Site& site, const std::string& domain) {
    return with_key(site, "POST", "/v1/domains/" + domain + "/check");
  }
  std::string secret_of(const Site& site, const std::string& domain) {
    const Reply got = with_key(site, "GET", "/v1/domains/" + domain);
    EXPECT_EQ(got.status, 200) << got.body;
    return std::string(got.json().at("file").at("content").as_string().c_str());
  }
  void say_in_dns(const std::string& domain, const std::string& text) {
    first_.run([&] { dns_.set_txt("_teahouse." + domain, text); });
  }
  Reply prove(const Site& site, const std::string& domain) {
    say_in_dns(domain, secret_of(site, domain));
    return check(site, domain);
  }
};

TEST_F(DomainsApi, ServesNobodyBeforeItsProof) {
  const Reply claimed = claim(shop_, "chat.shop.example.org", "&use=rooms");
  ASSERT_EQ(claimed.status, 201) << claimed.body;
  EXPECT_EQ(claimed.text("state"), "waiting");
  EXPECT_FALSE(base_.tenants.serves("chat.shop.example.org"));
  const Reply looked = check(shop_, "chat.shop.example.org");
  ASSERT_EQ(looked.status, 200) << looked.body;
  EXPECT_EQ(looked.text("state"), "waiting");
  EXPECT_EQ(looked.json().at("records").as_array().at(0).at("state").as_string(), "missing");
  EXPECT_EQ(looked.json().at("file").at("state").as_string(), "missing");
  EXPECT_FALSE(base_.tenants.serves("chat.shop.example.org"));

  const Reply proved = prove(shop_, "chat.shop.example.org");
  EXPECT_EQ(proved.text("state"), "proved") << proved.body;
  EXPECT_EQ(proved.text("proved_by"), "txt");
  EXPECT_TRUE(base_.tenants.serves("chat.shop.example.org"));
  EXPECT_EQ(base_.tenants.find("shop")->domain_of(HostKind::rooms), "rooms.shop.example");  // the first stays the first
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/domains/chat.shop.example.org").status, 204);
  EXPECT_FALSE(base_.tenants.serves("chat.shop.example.org"));
  const std::string audit = as_operator("GET", "/operator/v1/audit?tenant=shop").body;
  for (const char* line : {"domain.add", "domain.proved", "domain.remove", "by txt"}) {
    EXPECT_NE(audit.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(as_operator("GET", "/operator/v1/audit?tenant=forum").body.find("domain."), std::string::npos);
}

TEST_F(DomainsApi, ASecretOfAnotherTenantProvesNothing) {
  ASSERT_EQ(claim(shop_, "both.example").status, 201);
  ASSERT_EQ(claim(forum_, "both.example").status, 201);  // claims may meet
  const std::string shops = secret_of(shop_, "both.example"), forums = secret_of(forum_, "both.example");
  EXPECT_NE(shops, forums);
  say_in_dns("both.example", forums);
  EXPECT_EQ(check(shop_, "both.example").text("state"), "waiting");
  EXPECT_EQ(check(forum_, "both.example").text("state"), "proved");
  // From now on it is the forum's, whatever DNS says.
  say_in_dns("both.example", shops);
  const Reply late = check(shop_, "both.example");
  EXPECT_EQ(late.status, 409) << late.body;
  EXPECT_NE(late.detail().find("operator"), std::string::npos);
  EXPECT_EQ(claim(shop_, "other.both.example").status, 201);  // another name, with a proof of its own
  EXPECT_EQ(with_key(shop_, "GET", "/v1/domains").json().at("domains").as_array().size(), 2U);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/domains").json().at("domains").as_array().size(), 1U);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/domains/other.both.example").status, 404);
  EXPECT_EQ(with_key(forum_, "DELETE", "/v1/domains/other.both.example").status, 404);
}

TEST_F(DomainsApi, OfAnotherTenantIsRefusedWithTheWayToIt) {
  for (const char* domain : {"forum.example", "rooms.forum.example"}) {
    const Reply refused = claim(shop_, domain);
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_NE(refused.detail().find("operator"), std::string::npos);
    EXPECT_EQ(refused.detail().find("'forum'"), std::string::npos);  // nobody hears whose it is
  }
  EXPECT_EQ(claim(shop_, "im.example").status, 409);  // the server's own names
  EXPECT_EQ(claim(shop_, "sub.im.example").status, 409);
  EXPECT_EQ(claim(shop_, "notim.example").status, 201);
  ASSERT_EQ(claim(forum_, "mine.example").status, 201);
  EXPECT_EQ(prove(forum_, "mine.example").text("state"), "proved");
  EXPECT_EQ(claim(shop_, "mine.example").status, 409);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants", "name=late&domain=mine.example").status, 409);
}

TEST_F(DomainsApi, TheOperatorsWordTakesItOver) {
  ASSERT_EQ(claim(forum_, "mine.example", "&use=rooms").status, 201);
  ASSERT_EQ(prove(forum_, "mine.example").text("state"), "proved");
  EXPECT_EQ(claim(shop_, "new.example", "&trusted=yes").status, 403);
  const std::string of_shop = "/operator/v1/tenants/shop/domains";
  const Reply moved = as_operator("POST", of_shop, "domain=mine.example&trusted=yes&use=upload");
  ASSERT_EQ(moved.status, 201) << moved.body;
  EXPECT_EQ(moved.text("proved_by"), "operator");
  EXPECT_EQ(with_key(forum_, "GET", "/v1/domains/mine.example").text("state"), "waiting");
  EXPECT_EQ(domains_.find_proved("mine.example")->tenant, shop_.tenant->id);
  const auto& hosts = base_.tenants.find("forum")->hosts;
  EXPECT_TRUE(
      std::none_of(hosts.begin(), hosts.end(), [](const HostName& host) { return host.domain == "mine.example"; }));
  // Accounts do not lose their addresses.
  EXPECT_EQ(as_operator("POST", of_shop, "domain=forum.example&trusted=yes").status, 409);
  EXPECT_TRUE(base_.tenants.serves("forum.example"));
}

TEST_F(DomainsApi, IsProvedByCnameOrFileToo) {
  ASSERT_EQ(claim(shop_, "by-cname.example").status, 201);
  std::string secret = secret_of(shop_, "by-cname.example").substr(std::string("teahouse-domain=").size());
  for (char& c : secret) c = static_cast<char>(std::tolower(c));
  first_.run([&] { dns_.set_cname("_teahouse.by-cname.example", secret + ".im.example"); });
  EXPECT_EQ(check(shop_, "by-cname.example").text("proved_by"), "cname");

  ASSERT_EQ(claim(shop_, "by-file.example").status, 201);
  const std::string content = secret_of(shop_, "by-file.example");
  const std::string url = "http://by-file.example/.well-known/teahouse-domain.txt";
  first_.run([&] { pages_[url] = {302, {}, content}; });
  const Reply led_away = check(shop_, "by-file.example");
  EXPECT_EQ(led_away.text("state"), "waiting");
  EXPECT_EQ(led_away.json().at("file").at("state").as_string(), "wrong");
  first_.run([&] { pages_[url] = {200, {}, "<html>" + content + "</html>"}; });
  EXPECT_EQ(check(shop_, "by-file.example").text("state"), "waiting");
  first_.run([&] { pages_[url] = {200, {}, content + "\r\n"}; });
  EXPECT_EQ(check(shop_, "by-file.example").text("proved_by"), "file");
}

TEST_F(DomainsApi, RefusesWhatCannotBe) {
  EXPECT_EQ(claim(shop_, "localhost").status, 400);
  EXPECT_EQ(claim(shop_, "192.0.2.1").status, 400);
  EXPECT_EQ(claim(shop_, "x.example", "&use=accounts").status, 400);
  EXPECT_EQ(claim(shop_, "x.example", "&use=component").status, 400);
  EXPECT_EQ(claim(shop_, "x.example", "&use=nonsense").status, 400);
  EXPECT_EQ(claim(shop_, "shop.example", "&use=rooms").status, 400);
  EXPECT_EQ(claim(shop_, "shop.example").text("use"), "accounts");
  EXPECT_EQ(claim(shop_, "shop.example").status, 409);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/domains/shop.example").status, 204);
  EXPECT_TRUE(base_.tenants.serves("shop.example"));  // the tenant was made with it
}

TEST_F(DomainsApi, AreTwentyAndCheckedTenTimesAMinute) {
  for (size_t i = 0; i < domains::domains_max; ++i) {
    ASSERT_EQ(claim(shop_, "d" + std::to_string(i) + ".example").status, 201);
  }
  EXPECT_GE(claim(shop_, "more.example").status, 400);
  ASSERT_EQ(claim(forum_, "more.example").status, 201);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(check(shop_, "d0.example").status, 200);
  EXPECT_EQ(check(shop_, "d0.example").status, 429);
  EXPECT_EQ(check(forum_, "more.example").status, 200);
  base_.clock.advance_ms(60'000);
  EXPECT_EQ(check(shop_, "d0.example").status, 200);
}

TEST_F(DomainsApi, AreLookedAtFromOutsideByThoseWhoHaveThemAlone) {
  ASSERT_EQ(claim(shop_, "claimed.example").status, 201);
  const auto look = [&](const Site& site, const std::string& domain) {
    return with_key(site, "GET", "/v1/domains/" + domain + "/check");
  };
  for (const char* domain : {"claimed.example", "shop.example", "rooms.shop.example"}) {
    const Reply seen = look(shop_, domain);
    ASSERT_EQ(seen.status, 200) << seen.body;
    EXPECT_EQ(seen.text("domain"), domain);
    EXPECT_EQ(seen.text("verdict"), "bad");
    EXPECT_EQ(seen.json().at("findings").at(0).at("told").as_string(), "It refused shop.example.");
    EXPECT_EQ(look(forum_, domain).status, 404) << domain;
  }
  for (const char* domain : {"stranger.example", "localhost", "127.0.0.1", "a..b"}) {
    EXPECT_EQ(look(shop_, domain).status, 404) << domain;
  }
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/shop/domains/claimed.example/check").status, 200);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/forum/domains/claimed.example/check").status, 404);
  for (int i = 0; i < 6; ++i) ASSERT_EQ(look(shop_, "shop.example").status, 200);
  EXPECT_EQ(look(shop_, "shop.example").status, 429);
  EXPECT_EQ(check(shop_, "claimed.example").status, 429);
  EXPECT_EQ(look(forum_, "forum.example").status, 200);
}

TEST_F(DomainsApi, GoWithTheirTenant) {
  ASSERT_EQ(claim(shop_, "gone.example").status, 201);
  ASSERT_EQ(prove(shop_, "gone.example").text("state"), "proved");
  ASSERT_EQ(as_operator("DELETE", "/operator/v1/tenants/shop").status, 204);
  domains_.forget(shop_.tenant->id);  // as app/ does
  EXPECT_EQ(base_.rows_of(shop_.tenant->id), "none");
  ASSERT_EQ(claim(forum_, "gone.example").status, 201);
  EXPECT_EQ(prove(forum_, "gone.example").text("state"), "proved");
}

}  // namespace
}  // namespace teahouse::api::domains_test
