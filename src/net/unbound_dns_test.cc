#include "net/unbound_dns.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/connect.h"
#include "net/dns_records.h"
#include "net/fake/dns_server.h"
#include "net/fake/dns_signer.h"

namespace teahouse::net::unbound_dns_test {
namespace {

using fake::make_dns_name;
using fake::make_srv;

const std::string loopback("\x7f\0\0\x01", 4);
const std::string evil("\xc0\0\x02\x42", 4);

class UnboundDnsTest : public ::testing::Test {
 protected:
  UnboundDnsTest() { use({}); }

  void use(UnboundOptions options) {
    options.server = server_.address();
    dns_ = *UnboundDns::make(loop_, std::move(options));
  }
  Result<DnsAnswer> find(const std::string& name, DnsType type = DnsType::a) {
    std::optional<Result<DnsAnswer>> found;
    const auto query = dns_->find(name, type, [&](Result<DnsAnswer> answer) { found = std::move(answer); });
    while (!found) loop_.run_once(1000);
    return *found;
  }
  std::vector<std::string> records(const std::string& name, DnsType type = DnsType::a) {
    const auto found = find(name, type);
    return found ? found->records : std::vector<std::string>{"error: " + found.error().text};
  }

  FakeClock clock_;
  Loop loop_{0, clock_};
  fake::DnsServer server_{loop_};
  std::unique_ptr<UnboundDns> dns_;
};

TEST_F(UnboundDnsTest, FindsEachKindOfRecord) {
  server_.add("shop.example", DnsType::a, loopback);
  server_.add("shop.example", DnsType::aaaa, std::string(15, '\0') + '\1');
  server_.add("_xmpp-server._tcp.shop.example", DnsType::srv, make_srv(10, 5, 5269, "im.shop.example"));
  server_.add("_5269._tcp.im.shop.example", DnsType::tlsa, std::string("\3\1\1", 3) + "hash");
  server_.add("text.shop.example", DnsType::txt, "\x05hello");
  server_.add("www.shop.example", DnsType::cname, make_dns_name("shop.example"));

  const auto found = find("Shop.Example.");
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->records, std::vector<std::string>{loopback});
  EXPECT_FALSE(found->validated);
  EXPECT_TRUE(found->exists);
  EXPECT_GT(found->ttl_s, 0);
  EXPECT_EQ(read_addresses(*find("shop.example", DnsType::aaaa), 1).size(), 1U);
  EXPECT_EQ(read_srv(*find("_xmpp-server._tcp.shop.example", DnsType::srv)),
            (std::vector<SrvRecord>{{10, 5, 5269, "im.shop.example"}}));
  EXPECT_EQ(read_tlsa(*find("_5269._tcp.im.shop.example", DnsType::tlsa)),
            (std::vector<TlsaRecord>{{3, 1, 1, "hash"}}));
  EXPECT_EQ(read_txt(*find("text.shop.example", DnsType::txt)), std::vector<std::string>{"hello"});
  EXPECT_EQ(read_cname(*find("www.shop.example", DnsType::cname)), "shop.example");
  EXPECT_EQ(records("www.shop.example"), std::vector<std::string>{loopback});

  const auto other_type = find("text.shop.example", DnsType::a);
  ASSERT_TRUE(other_type);
  EXPECT_TRUE(other_type->records.empty() && other_type->exists);
  const auto nobody = find("nobody.example");
  ASSERT_TRUE(nobody);
  EXPECT_TRUE(nobody->records.empty() && !nobody->exists);
  EXPECT_EQ(find("not a name").error().kind, ErrorKind::bad_request);
}

TEST_F(UnboundDnsTest, RemembersAnAnswerAsLongAsItsTtl) {
  server_.add("kept.example", DnsType::a, loopback, 3600);
  server_.add("fresh.example", DnsType::a, loopback, 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(records("kept.example"), std::vector<std::string>{loopback});
    EXPECT_EQ(records("fresh.example"), std::vector<std::string>{loopback});
  }
  EXPECT_EQ(server_.asked("kept.example", DnsType::a), 1);
  EXPECT_EQ(server_.asked("fresh.example", DnsType::a), 3);
}

TEST_F(UnboundDnsTest, TakesNoMoreOfAnAnswerThanItsLimits) {
  for (unsigned i = 0; i < 1000; ++i) {
    server_.add("_xmpp-server._tcp.many.example", DnsType::srv, make_srv(1, 1, i + 1, "host.many.example"));
  }
  const auto found = find("_xmpp-server._tcp.many.example", DnsType::srv);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->records.size(), UnboundDns::records_max);
  EXPECT_GE(server_.asked_over_tcp(), 1);  // it does not fit a packet
  server_.add("long.example", DnsType::txt, std::string(5000, '\xff'));
  server_.add("long.example", DnsType::txt, "\x02ok");
  EXPECT_EQ(read_txt(*find("long.example", DnsType::txt)), std::vector<std::string>{"ok"});
}

TEST_F(UnboundDnsTest, LeavesRecordsOutWhoseNamesHaveOtherBytes) {
  const std::string nul = std::string(1, '\3') + std::string("a\0b", 3) + make_dns_name("example");
  server_.add("_s._tcp.bytes.example", DnsType::srv, fake::make_u16(1) + fake::make_u16(1) + fake::make_u16(1) + nul);
  server_.add("_s._tcp.bytes.example", DnsType::srv, make_srv(2, 1, 1, "\xff\xfe.example"));
  server_.add("_s._tcp.bytes.example", DnsType::srv, make_srv(3, 1, 1, "good.example"));
  EXPECT_EQ(read_srv(*find("_s._tcp.bytes.example", DnsType::srv)),
            (std::vector<SrvRecord>{{3, 1, 1, "good.example"}}));
}

TEST_F(UnboundDnsTest, BelievesNoAnswerWithAnothersId) {
  server_.add("shop.example", DnsType::a, loopback);
  server_.set_trick([](const std::string& answer) {
    std::string forged = answer;
    forged[0] = static_cast<char>(forged[0] ^ 1);
    forged.replace(forged.size() - 4, 4, evil);
    return fake::DnsServer::Packets{forged, answer.substr(0, 11), "", answer};
  });
  EXPECT_EQ(records("shop.example"), std::vector<std::string>{loopback});
}

TEST_F(UnboundDnsTest, EndsALoopOfAliases) {
  server_.add("one.example", DnsType::cname, make_dns_name("two.example"));
  server_.add("two.example", DnsType::cname, make_dns_name("one.example"));
  server_.add("self.example", DnsType::cname, make_dns_name("self.example"));
  for (const char* name : {"one.example", "self.example"}) {
    const auto found = find(name);
    EXPECT_TRUE(!found || found->records.empty()) << name;
  }
}

TEST_F(UnboundDnsTest, AsksAgainOverTcpWhereAnAnswerIsCut) {
  server_.add("shop.example", DnsType::a, loopback);
  server_.set_trick([](const std::string& answer) {
    std::string cut = answer;
    cut[2] = static_cast<char>(cut[2] | 2);
    return fake::DnsServer::Packets{cut};
  });
  EXPECT_EQ(records("shop.example"), std::vector<std::string>{loopback});
  EXPECT_EQ(server_.asked_over_tcp(), 1);
}

TEST_F(UnboundDnsTest, SaysWhatDnssecVouchesForAndTakesNothingForged) {
  const fake::DnsSigner signer("signed.example"), other("signed.example");
  const std::string file = ::testing::TempDir() + "teahouse_anchor_" + std::to_string(getpid());
  std::ofstream(file) << signer.trust_anchor();
  UnboundOptions options;
  options.trust_anchor_file = file;
  use(options);
  const std::string hash = std::string("\3\1\1", 3) + std::string(32, 'h');
  signer.serve_key(server_);
  signer.serve(server_, "_5269._tcp.signed.example", DnsType::tlsa, hash);
  server_.add("_5269._tcp.plain.example", DnsType::tlsa, hash);
  other.serve(server_, "forged.signed.example", DnsType::a, evil);
  server_.add("unsigned.signed.example", DnsType::a, evil);

  const auto signed_one = find("_5269._tcp.signed.example", DnsType::tlsa);
  ASSERT_TRUE(signed_one) << signed_one.error().text;
  EXPECT_TRUE(signed_one->validated);
  EXPECT_EQ(read_tlsa(*signed_one).size(), 1U);
  const auto plain = find("_5269._tcp.plain.example", DnsType::tlsa);
  ASSERT_TRUE(plain) << plain.error().text;
  EXPECT_FALSE(plain->validated);
  EXPECT_EQ(read_tlsa(*plain).size(), 1U);
  for (const char* name : {"forged.signed.example", "unsigned.signed.example"}) {
    const auto forged = find(name);
    ASSERT_FALSE(forged) << name;
    EXPECT_EQ(forged.error().kind, ErrorKind::remote_server_not_found);
  }
  std::remove(file.c_str());
}

TEST_F(UnboundDnsTest, RefusesOptionsThatSayWhatCannotBe) {
  UnboundOptions options;
  options.trust_anchor_file = "/nowhere";
  EXPECT_EQ(UnboundDns::make(loop_, options).error().kind, ErrorKind::bad_request);
  for (const char* server : {"nowhere", "127.0.0.1", "*:53", "dns.example:53"}) {
    options = {};
    options.server = server;
    EXPECT_EQ(UnboundDns::make(loop_, options).error().kind, ErrorKind::bad_request) << server;
  }
}

TEST_F(UnboundDnsTest, BoundsWhatIsUnderWayAndEndsIt) {
  UnboundOptions options;
  options.queries_max = 2;
  use(options);
  server_.add("shop.example", DnsType::a, loopback);
  std::vector<std::unique_ptr<Dns::Query>> queries;
  std::vector<std::optional<ErrorKind>> told;
  const auto ask = [&](const std::string& name) {
    queries.push_back(dns_->find(name, DnsType::a, [&](Result<DnsAnswer> answer) {
      told.push_back(answer ? std::nullopt : std::optional(answer.error().kind));
    }));
  };
  server_.set_trick([](const std::string&) { return fake::DnsServer::Packets{}; });  // never answers
  ask("one.example");
  ask("two.example");
  ask("three.example");
  while (told.empty()) loop_.run_once(1000);
  EXPECT_EQ(told, std::vector<std::optional<ErrorKind>>{ErrorKind::resource_constraint});
  EXPECT_EQ(dns_->queries(), 2U);
  queries.clear();
  EXPECT_EQ(dns_->queries(), 0U);
  server_.set_trick({});
  EXPECT_EQ(records("shop.example"), std::vector<std::string>{loopback});
  EXPECT_EQ(told.size(), 1U);
  ask("four.example");
  dns_.reset();  // the query outlives it
  loop_.run_once(0);
  queries.clear();
  EXPECT_EQ(told.size(), 1U);
}

TEST_F(UnboundDnsTest, GivesUpInTime) {
  server_.set_trick([](const std::string&) { return fake::DnsServer::Packets{}; });
  std::optional<Result<DnsAnswer>> found;
  const auto query = dns_->find("shop.example", DnsType::a, [&](auto answer) { found = std::move(answer); });
  clock_.advance_ms(9'980);
  loop_.run_once(0);
  EXPECT_FALSE(found);
  clock_.advance_ms(20);
  loop_.run_once(0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->error().kind, ErrorKind::remote_server_timeout);
  EXPECT_EQ(dns_->queries(), 0U);
}

TEST_F(UnboundDnsTest, MayBeDestroyedByItsOwnCall) {
  server_.add("shop.example", DnsType::a, loopback);
  bool told = false;
  const auto query = dns_->find("shop.example", DnsType::a, [&](auto) {
    dns_.reset();
    told = true;
  });
  while (!told) loop_.run_once(1000);
}

TEST_F(UnboundDnsTest, LeadsAConnectionToItsPeer) {
  std::vector<std::unique_ptr<Connection>> accepted;
  auto listener = *Listener::listen(loop_, "127.0.0.1:0", [&](auto each) { accepted.push_back(std::move(each)); });
  server_.add("shop.example", DnsType::a, loopback);
  Destination to;
  to.host = "shop.example";
  to.port = listener->port();
  std::optional<Result<std::unique_ptr<Connection>>> connected;
  const auto connecting = connect(loop_, *dns_, to, [&](auto result) { connected.emplace(std::move(result)); });
  while (!connected || accepted.empty()) loop_.run_once(1000);
  EXPECT_TRUE(*connected);
}

}  // namespace
}  // namespace teahouse::net::unbound_dns_test
