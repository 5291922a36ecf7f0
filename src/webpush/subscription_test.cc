#include "webpush/subscription.h"

#include <gtest/gtest.h>

namespace teahouse::webpush::subscription_test {
namespace {

const std::string point = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const std::string auth = "BTBZMqHH6r4Tts7J_aSIgg";

TEST(Subscription, IsReadAsABrowserGivesIt) {
  const auto read = parse_subscription("https://push.example.net/send/abc?x=1", point, auth + "==");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->keys.point.size(), 65U);
  EXPECT_EQ(read->keys.auth.size(), 16U);
  EXPECT_EQ(origin_of(read->endpoint), "https://push.example.net");
}

TEST(Subscription, NamesItsOriginInOneSpelling) {
  EXPECT_EQ(origin_of("https://Push.Example.net:443/x"), "https://push.example.net");
  EXPECT_EQ(origin_of("https://push.example.net:8443/x"), "https://push.example.net:8443");
  EXPECT_EQ(origin_of("https://[2001:DB8::1]/x"), "https://[2001:db8::1]");
}

TEST(Subscription, RefusesWhatIsNone) {
  const std::string line_break = "https://push.example.net/\r\nX: y", long_one(endpoint_bytes_max, 'x');
  for (const std::string& endpoint :
       {std::string(), std::string("http://push.example.net/x"), std::string("ftp://push.example.net/x"),
        std::string("https://"), std::string("https://u:p@push.example.net/"),
        std::string("https://push.example.net/#x"), std::string("https://push.example.net:0/"),
        std::string("https://push.example.net:99999/"), std::string("javascript:alert(1)"),
        std::string("//push.example.net/x"), line_break, "https://push.example.net/" + long_one,
        std::string("https://p\xC3\xBCsh.example/x")}) {
    EXPECT_FALSE(parse_subscription(endpoint, point, auth)) << endpoint;
  }
  for (const std::string& key : {std::string(), std::string("x"), point.substr(4), point + "AAAA", auth,
                                 std::string(100'000, 'A'), std::string("*") + point.substr(1)}) {
    EXPECT_FALSE(parse_subscription("https://push.example.net/x", key, auth)) << key.substr(0, 100);
  }
  for (const std::string& secret : {std::string(), auth.substr(2), auth + "AA", point, std::string("?")}) {
    EXPECT_FALSE(parse_subscription("https://push.example.net/x", point, secret)) << secret;
  }
}

}  // namespace
}  // namespace teahouse::webpush::subscription_test
