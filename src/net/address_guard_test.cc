#include "net/address_guard.h"

#include <gtest/gtest.h>

#include <string>

namespace teahouse::net::address_guard_test {
namespace {

SocketAddress at(const std::string& ip, uint16_t port = 443) {
  const auto address = make_address(ip, port);
  EXPECT_TRUE(address) << ip;
  return address.value_or(SocketAddress());
}

TEST(AddressGuard, KnowsWhatIsNotThePublicInternetInEachOfItsForms) {
  const struct {
    const char* ip;
    std::string_view use;
  } rows[] = {
      {"8.8.8.8", ""},
      {"2606:4700::1111", ""},
      {"0.0.0.0", "unspecified"},
      {"0.1.2.3", "unspecified"},
      {"::", "unspecified"},
      {"127.0.0.1", "loopback"},
      {"127.255.255.254", "loopback"},
      {"::1", "loopback"},
      {"10.0.0.1", "private"},
      {"172.15.255.255", ""},
      {"172.16.0.1", "private"},
      {"172.31.255.255", "private"},
      {"172.32.0.0", ""},
      {"192.168.1.1", "private"},
      {"fc00::1", "private"},
      {"fdff::1", "private"},
      {"fec0::1", "private"},
      {"169.254.169.254", "link-local"},
      {"fe80::1", "link-local"},
      {"febf::1", "link-local"},
      {"100.64.0.1", "shared by a carrier's customers"},
      {"100.128.0.1", ""},
      {"192.0.0.8", "for protocols"},
      {"192.0.2.1", "for documentation"},
      {"2001:db8::1", "for documentation"},
      {"3fff::1", "for documentation"},
      {"192.88.99.1", "a relay of 6to4"},
      {"198.18.0.1", "for benchmarks"},
      {"224.0.0.1", "multicast"},
      {"239.255.255.255", "multicast"},
      {"ff02::1", "multicast"},
      {"240.0.0.1", "broadcast or reserved"},
      {"255.255.255.255", "broadcast or reserved"},
      {"64:ff9b:1::1", "translated locally"},
      {"100::1", "of no public network"},
      {"4000::1", "of no public network"},
      // Each form of an address inside an address.
      {"::ffff:127.0.0.1", "loopback"},
      {"::ffff:10.0.0.1", "private"},
      {"::ffff:8.8.8.8", ""},
      {"::ffff:0:127.0.0.1", "loopback"},
      {"::127.0.0.1", "loopback"},
      {"::10.1.2.3", "private"},
      {"::8.8.8.8", ""},
      {"64:ff9b::127.0.0.1", "loopback"},
      {"64:ff9b::169.254.169.254", "link-local"},
      {"64:ff9b::8.8.8.8", ""},
      {"2002:7f00:1::", "loopback"},
      {"2002:a00:1::1", "private"},
      {"2002:808:808::1", ""},
      {"2001:0:808:808::80ff:fffe", "loopback"},  // Teredo: 127.0.0.1, each bit turned
      {"2001:0:808:808::f5ff:fffe", "private"},
      {"2001:0:a00:1::f7f7:f7f7", ""},
      {"2606:4700::5efe:7f00:1", "loopback"},
      {"2606:4700::200:5efe:10.0.0.1", "private"},
  };
  for (const auto& row : rows) EXPECT_EQ(special_use(at(row.ip)), row.use) << row.ip;
}

TEST(AddressGuard, RefusesOwnListenersUnderPublicAddresses) {
  const auto guard = AddressGuard::public_only({at("203.0.114.7", 5222), at("2606:4700::7", 0)});
  EXPECT_TRUE(guard.check(at("203.0.114.7", 443)));
  EXPECT_TRUE(guard.check(at("203.0.114.8", 5222)));
  for (const auto& own : {at("203.0.114.7", 5222), at("::ffff:203.0.114.7", 5222), at("2002:cb00:7207::1", 5222),
                          at("2606:4700::7", 443)}) {
    const auto refused = guard.check(own);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
  }
  const auto refused = guard.check(at("::ffff:10.0.0.1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "10.0.0.1 is not connected to: it is private");
}

TEST(AddressGuard, LetsTheOperatorGoAnywhere) {
  EXPECT_TRUE(AddressGuard().check(at("127.0.0.1")));
  EXPECT_TRUE(AddressGuard().check(at("fe80::1")));
}

}  // namespace
}  // namespace teahouse::net::address_guard_test
