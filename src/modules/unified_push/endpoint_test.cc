#include "modules/unified_push/endpoint.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace teahouse::unified_push::endpoint_test {
namespace {

Tenant tenant(int64_t id, char secret) {
  Tenant made;
  made.id = static_cast<TenantId>(id);
  made.occupant_id_secret = std::string(32, secret);
  return made;
}

Endpoint endpoint() { return {1000, 5, std::string(32, 'a'), std::string(32, '\0'), "romeo", "Conversations.r4nD"}; }

TEST(UnifiedPushEndpoint, OpensWhereItWasSealedUntilItExpires) {
  const Tenant shop = tenant(1, 's');
  const std::string token = seal(shop, endpoint());
  EXPECT_EQ(*open(shop, token, 999), endpoint());
  EXPECT_FALSE(open(shop, token, 1000));
  EXPECT_NE(seal(shop, endpoint()), token);  // two tell not that they are of one app
  EXPECT_FALSE(open(tenant(2, 's'), token, 999)) << "another tenant's";
  EXPECT_FALSE(open(tenant(1, 't'), token, 999)) << "under another secret";
}

TEST(UnifiedPushEndpoint, NothingElseOpens) {
  const Tenant shop = tenant(1, 's');
  const std::string token = seal(shop, endpoint());
  for (size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open(shop, changed, 999)) << at;
  }
  for (const std::string& wrong :
       {std::string(), std::string("x"), token + "A", token.substr(1), std::string(5000, 'A'),
        std::string("v2.local.8r50Ti5V6ZNqb_5Z38olNF0gQiGak2CgBYo3")}) {
    EXPECT_EQ(open(shop, wrong, 999).error().kind, ErrorKind::item_not_found) << wrong;
  }
}

TEST(UnifiedPushEndpoint, ItsBytesAreReadAsTheyWereWritten) {
  const std::string bytes = write(endpoint());
  EXPECT_EQ(*parse(bytes), endpoint());
  for (size_t size = 0; size < bytes.size() - endpoint().resourcepart.size() + 1; ++size) {
    EXPECT_FALSE(parse(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse(bytes + std::string(address_bytes_max, 'x')));
  EXPECT_FALSE(parse('\2' + bytes.substr(1)));
}

TEST(UnifiedPushEndpoint, ARequestNamesTwoHashes) {
  const std::string good = crypto::to_base64(std::string(32, 'h'));
  const auto ask = [](const std::string& application, const std::string& instance) {
    const auto document = xml::Document::parse_own(
        SharedBytes("<register xmlns='http://gultsch.de/xmpp/drafts/unified-push' application='" + application +
                    "' instance='" + instance + "'/>"));
    return read_register(document->root());
  };
  ASSERT_TRUE(ask(good, good));
  EXPECT_EQ(ask(good, good)->application, std::string(32, 'h'));
  for (const std::string& wrong :
       {std::string(), std::string("org.example.app"), crypto::to_base64(std::string(31, 'h')),
        crypto::to_base64(std::string(33, 'h')), good + "=", good.substr(1)}) {
    EXPECT_EQ(ask(wrong, good).error().kind, ErrorKind::bad_request) << wrong;
    EXPECT_EQ(ask(good, wrong).error().kind, ErrorKind::bad_request) << wrong;
  }
}

}  // namespace
}  // namespace teahouse::unified_push::endpoint_test
