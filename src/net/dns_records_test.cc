#include "net/dns_records.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace teahouse::net::dns_records_test {
namespace {

DnsAnswer answer(std::vector<std::string> records) {
  DnsAnswer made;
  made.records = std::move(records);
  return made;
}
std::string bytes(std::initializer_list<int> values) {
  std::string made;
  for (const int value : values) made += static_cast<char>(value);
  return made;
}
std::string srv(int priority, int weight, int port, const std::string& target) {
  return bytes({priority >> 8, priority, weight >> 8, weight, port >> 8, port}) + target;
}
const std::string im_target = std::string("\x02IM\x04shop\x07") + "example" + std::string(1, '\0');

TEST(DnsRecords, ReadsWhatIsWellFormedAndLeavesTheRestOut) {
  const auto addresses = read_addresses(answer({bytes({192, 0, 2, 1}), "abc", std::string(16, '\1'), ""}), 5269);
  ASSERT_EQ(addresses.size(), 2U);
  EXPECT_EQ(format_ip(addresses[0].storage), "192.0.2.1");
  EXPECT_EQ(port_of(addresses[0].storage), 5269);
  EXPECT_EQ(format_ip(addresses[1].storage), "101:101:101:101:101:101:101:101");

  const std::string root(1, '\0');
  const auto services = read_srv(answer({srv(10, 5, 5269, im_target), srv(1, 1, 1, root), srv(1, 1, 1, ""),
                                         srv(1, 1, 1, "\x05shop"), srv(1, 1, 1, im_target + "x"), "short"}));
  EXPECT_EQ(services, (std::vector<SrvRecord>{{10, 5, 5269, "im.shop.example"}, {1, 1, 1, ""}}));

  EXPECT_EQ(read_tlsa(answer({bytes({3, 1, 1}) + "hash", bytes({3, 1, 1}), "x"})),
            (std::vector<TlsaRecord>{{3, 1, 1, "hash"}}));
  EXPECT_EQ(read_txt(answer({"\x03one\x03two",
                             "\x05"
                             "four",
                             root, ""})),
            (std::vector<std::string>{"onetwo", "", ""}));
  EXPECT_EQ(read_cname(answer({im_target})), "im.shop.example");
  EXPECT_EQ(read_cname(answer({im_target, im_target})), std::nullopt);
  EXPECT_EQ(read_cname(answer({root})), std::nullopt);
}

TEST(DnsRecords, RefusesNamesWithOtherBytesThanNamesHave) {
  for (const std::string& label : {std::string("a\0b", 3), std::string("a.b"), std::string("\xc3\xbc"),
                                   std::string("a b"), std::string("<x>"), std::string("a/b")}) {
    const std::string target = static_cast<char>(label.size()) + label + std::string(1, '\0');
    EXPECT_TRUE(read_srv(answer({srv(1, 1, 1, target)})).empty()) << label;
    EXPECT_EQ(normal_dns_name(label + ".example") == std::nullopt, label != "a.b") << label;
  }
  std::string endless;
  for (int i = 0; i < 5; ++i) endless += '\x3f' + std::string(63, 'a');
  EXPECT_TRUE(read_srv(answer({srv(1, 1, 1, endless + std::string(1, '\0'))})).empty());
  EXPECT_TRUE(read_srv(answer({srv(1, 1, 1, std::string("\xc0\x0c"))})).empty());  // a pointer, as only messages have

  EXPECT_EQ(normal_dns_name("Shop.Example."), "shop.example");
  EXPECT_EQ(normal_dns_name("_xmpp-server._tcp.shop.example"), "_xmpp-server._tcp.shop.example");
  for (const std::string& name :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("a.."),
        std::string(64, 'a') + ".b", std::string(254, 'a'), std::string("[::1]")}) {
    EXPECT_EQ(normal_dns_name(name), std::nullopt) << name;
  }
}

TEST(DnsRecords, OrdersServicesByPriorityAndWeighsThemWithinOne) {
  const std::vector<SrvRecord> records = {
      {20, 0, 1, "last"}, {10, 30, 1, "often"}, {10, 10, 1, "seldom"}, {10, 0, 1, "hardly"}};
  const auto none = [](uint32_t) { return 0U; };
  const auto most = [](uint32_t n) { return n - 1; };
  const auto names = [&](const auto& below) {
    std::string all;
    for (const SrvRecord& each : order_srv(records, below)) all += each.target + " ";
    return all;
  };
  EXPECT_EQ(names(none), "hardly seldom often last ");
  EXPECT_EQ(names(most), "often seldom hardly last ");

  std::map<std::string, int> first;
  for (uint32_t chance = 0; chance <= 40; ++chance) {
    bool is_first = true;
    ++first[order_srv(records, [&](uint32_t n) { return std::exchange(is_first, false) ? chance % n : 0; })[0].target];
  }
  EXPECT_EQ(first, (std::map<std::string, int>{{"hardly", 1}, {"often", 30}, {"seldom", 10}}));
  EXPECT_TRUE(order_srv({}, none).empty());
}

}  // namespace
}  // namespace teahouse::net::dns_records_test
