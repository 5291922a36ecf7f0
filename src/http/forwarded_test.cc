#include "http/forwarded.h"

#include <gtest/gtest.h>

namespace teahouse::http::forwarded_test {
namespace {

class ForwardedTest : public ::testing::Test {
 protected:
  std::string sender(const std::string& peer, const std::vector<std::string>& lists) {
    Headers headers;
    for (const std::string& list : lists) headers.add("x-forwarded-for", list);
    return find_sender(trusted, peer, false, headers).address;
  }

  net::Networks trusted = *net::Networks::parse({"127.0.0.1", "10.0.0.0/8", "::1"});
};

TEST_F(ForwardedTest, BelievesTrustedProxiesOnly) {
  EXPECT_EQ(sender("127.0.0.1", {"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(sender("198.51.100.1", {"192.0.2.1"}), "198.51.100.1");
  EXPECT_EQ(sender("127.0.0.1", {}), "127.0.0.1");
}

TEST_F(ForwardedTest, IsNotFooledByWhatTheClientWrote) {
  EXPECT_EQ(sender("127.0.0.1", {"203.0.113.9, 192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(sender("127.0.0.1", {"203.0.113.9", "192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(sender("127.0.0.1", {"203.0.113.9,192.0.2.1 , 10.1.2.3"}), "192.0.2.1");
  EXPECT_EQ(sender("127.0.0.1", {"10.9.9.9, 10.1.2.3"}), "10.9.9.9");
}

TEST_F(ForwardedTest, EndsAtWhatIsNoAddress) {
  EXPECT_EQ(sender("127.0.0.1", {"192.0.2.1, unknown"}), "127.0.0.1");
  EXPECT_EQ(sender("127.0.0.1", {"192.0.2.1, unknown, 10.1.2.3"}), "10.1.2.3");
  EXPECT_EQ(sender("127.0.0.1", {"", ",", ", ,"}), "127.0.0.1");
  EXPECT_EQ(sender("127.0.0.1", {"["}), "127.0.0.1");
  EXPECT_EQ(sender("127.0.0.1", {std::string(60'000, ',')}), "127.0.0.1");
}

TEST_F(ForwardedTest, ReadsPortsAndIpv6) {
  EXPECT_EQ(sender("127.0.0.1", {"192.0.2.1:4711"}), "192.0.2.1");
  EXPECT_EQ(sender("::1", {"[2001:DB8::1]:4711"}), "2001:db8::1");
  EXPECT_EQ(sender("::1", {"2001:db8::1"}), "2001:db8::1");
}

TEST_F(ForwardedTest, KnowsWhetherTheProxySpokeTls) {
  Headers headers;
  headers.add("X-Forwarded-Proto", "HTTPS");
  EXPECT_TRUE(find_sender(trusted, "127.0.0.1", false, headers).secure);
  EXPECT_FALSE(find_sender(trusted, "192.0.2.1", false, headers).secure);
  EXPECT_TRUE(find_sender(trusted, "192.0.2.1", true, headers).secure);
  headers = Headers();
  EXPECT_TRUE(find_sender(trusted, "127.0.0.1", true, headers).secure);
  headers.add("X-Forwarded-Proto", "http");  // it speaks TLS to us, and its visitor does not to it
  EXPECT_FALSE(find_sender(trusted, "127.0.0.1", true, headers).secure);
  EXPECT_TRUE(find_sender(trusted, "192.0.2.1", true, headers).secure);
}

TEST_F(ForwardedTest, KnowsWhatCameThroughAProxy) {
  const auto forwarded = [this](const std::string& peer, const char* header) {
    Headers headers;
    headers.add(header, "x");
    return find_sender(trusted, peer, false, headers).forwarded;
  };
  EXPECT_TRUE(forwarded("127.0.0.1", "Host"));  // there stands a proxy, says the operator
  EXPECT_FALSE(forwarded("127.0.0.2", "Host"));
  for (const char* header : {"x-forwarded-for", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"}) {
    EXPECT_TRUE(forwarded("127.0.0.2", header)) << header;
  }
}

}  // namespace
}  // namespace teahouse::http::forwarded_test
