#include "net/networks.h"

#include <gtest/gtest.h>

namespace teahouse::net::networks_test {
namespace {

TEST(Networks, HasItsAddressesAndNoOthers) {
  const auto networks = Networks::parse({"127.0.0.1", "10.32.0.0/11", "2001:db8::/33", "::1"});
  ASSERT_TRUE(networks);
  for (const char* in : {"127.0.0.1", "::ffff:127.0.0.1", "10.32.0.1", "10.63.255.255", "2001:db8:7fff::1", "::1"}) {
    EXPECT_TRUE(networks->contains(in)) << in;
  }
  for (const char* out : {"127.0.0.2", "10.31.255.255", "10.64.0.0", "2001:db8:8000::", "::2", "", "localhost",
                          "127.0.0.1.", "127.0.0.1:80", "::ffff:10.64.0.1", "0x7f.1"}) {
    EXPECT_FALSE(networks->contains(out)) << out;
  }
}

TEST(Networks, OfNothingHasNothing) {
  EXPECT_FALSE(Networks().contains("127.0.0.1"));
  const auto all = Networks::parse({"0.0.0.0/0"});
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->contains("192.0.2.1"));
  EXPECT_FALSE(all->contains("2001:db8::1"));
}

TEST(Networks, NamesWhatIsNone) {
  for (const char* wrong : {"", "proxy", "127.0.0.1/33", "127.0.0.1/", "127.0.0.1/-1", "::1/129", "10.0.0.0/8/8"}) {
    const auto networks = Networks::parse({"127.0.0.1", wrong});
    ASSERT_FALSE(networks) << wrong;
    EXPECT_EQ(networks.error().kind, ErrorKind::bad_request);
    EXPECT_NE(networks.error().text.find("'" + std::string(wrong) + "'"), std::string::npos);
  }
}

TEST(Networks, WritesAnAddressInOneWay) {
  EXPECT_EQ(normal_ip("2001:0DB8:0::1"), "2001:db8::1");
  EXPECT_EQ(normal_ip("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(normal_ip("192.0.2.1"), "192.0.2.1");
  EXPECT_FALSE(normal_ip("192.0.2.1 "));
  EXPECT_FALSE(normal_ip(std::string_view("192.0.2.1\0, 192.0.2.2", 20)));
  EXPECT_FALSE(Networks::parse({std::string("192.0.2.1\0", 10)}));
  EXPECT_FALSE(normal_ip(std::string(100'000, '1')));
}

}  // namespace
}  // namespace teahouse::net::networks_test
