#include "modules/host_meta/host_meta_module.h"

#include "http/fake/served_pair.h"
#include "server/testing/session_world.h"

namespace teahouse::host_meta_module_test {
namespace {

class HostMetaTest : public testing::SessionWorld {
 protected:
  HostMetaTest() { home_.modules().add(std::make_unique<HostMetaModule>()); }
  std::string ask(const std::string& host, const std::string& path = "/.well-known/host-meta", bool secure = true) {
    http::ServerOptions options;
    options.trusted_proxies = *net::Networks::parse({"192.0.2.7"});
    http::fake::ServedPair pair(home_.http_routes(), options);
    return pair.exchange(pair.connect(), "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nX-Forwarded-Proto: " +
                                             (secure ? "https" : "http") + "\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n");
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }
};

TEST_F(HostMetaTest, NamesTheWebSocketAtTheAddressThatWasAsked) {
  const std::string shop = ask("shop.example:8443"), forum = ask("Forum.example", "/.well-known/host-meta.json");
  EXPECT_TRUE(has(shop, "HTTP/1.1 200 ")) << shop;
  EXPECT_TRUE(has(shop, "Content-Type: application/xrd+xml\r\n")) << shop;
  EXPECT_TRUE(has(shop, "Access-Control-Allow-Origin: *\r\n")) << shop;
  EXPECT_TRUE(has(shop,
                  "<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'><Link rel='urn:xmpp:alt-connections:"
                  "websocket' href='wss://shop.example:8443/xmpp'/><Link rel='urn:xmpp:alt-connections:xbosh' "
                  "href='https://shop.example:8443/http-bind'/></XRD>"))
      << shop;
  EXPECT_FALSE(has(shop, "forum")) << shop;
  EXPECT_TRUE(has(forum, "Content-Type: application/json\r\n")) << forum;
  EXPECT_TRUE(has(forum, R"({"links":[{"rel":"urn:xmpp:alt-connections:websocket","href":"wss://forum.example/xmpp"},)"
                         R"({"rel":"urn:xmpp:alt-connections:xbosh","href":"https://forum.example/http-bind"}]})"))
      << forum;
}

TEST_F(HostMetaTest, NamesThePublicAddressWhereThereIsOne) {
  shared_.public_websocket_url = "wss://im.example/xmpp";
  const std::string answer = ask("shop.example", "/.well-known/host-meta", false);
  EXPECT_TRUE(has(answer, "href='wss://im.example/xmpp'")) << answer;
  EXPECT_TRUE(has(answer, "href='https://im.example/http-bind'")) << answer;
}

TEST_F(HostMetaTest, NeverNamesAnAddressWithoutTls) {
  for (const char* known : {"", "ws://im.example/xmpp"}) {
    shared_.public_websocket_url = known;
    const std::string answer = ask("shop.example", "/.well-known/host-meta", false);
    EXPECT_TRUE(has(answer, "HTTP/1.1 404 ") && has(answer, "public.url")) << answer;
    EXPECT_FALSE(has(answer, "ws://") || has(answer, "http-bind")) << answer;
  }
}

TEST_F(HostMetaTest, IsThereForTenantsAccountsAlone) {
  for (const char* host : {"rooms.shop.example", "nobody.example", "192.0.2.1", "[::1]:8443"}) {
    const std::string answer = ask(host);
    EXPECT_TRUE(has(answer, "HTTP/1.1 404 ") && has(answer, "only hosts of the kind 'accounts'")) << answer;
  }
  Tenant without = *world_.shop;
  without.modules_off = {"host_meta"};
  home_.set_tenant(std::make_shared<const Tenant>(std::move(without)));
  EXPECT_TRUE(has(ask("shop.example"), "HTTP/1.1 404 "));
  EXPECT_TRUE(has(ask("forum.example"), "HTTP/1.1 200 "));
}

TEST_F(HostMetaTest, TellsASuspendedTenantsClientsWhereTheyLearnWhy) {
  Tenant suspended = *world_.shop;
  suspended.suspended = true;
  home_.set_tenant(std::make_shared<const Tenant>(std::move(suspended)));
  EXPECT_TRUE(has(ask("shop.example"), "HTTP/1.1 200 "));
}

}  // namespace
}  // namespace teahouse::host_meta_module_test
