// Probes of a domain, with name servers and web servers of its holder's, who may be an enemy.
#include "domains/prober.h"

#include <gtest/gtest.h>

#include <map>

#include "base/testing/run_task.h"
#include "net/fake/ready_dns.h"

namespace teahouse::domains::prober_test {
namespace {

using State = Finding::State;

class Probing : public ::testing::Test {
 protected:
  Probed probe(const Domain& domain) { return ::teahouse::testing::run(home, prober.probe(domain)); }
  Prober::Ways ways() {
    return {[this]() -> Result<net::Dns*> { return &dns; },
            [this](http::ClientRequest request, http::Client::Done done) {
              asked.push_back(std::move(request));
              const auto page = pages.find(asked.back().url);
              const auto answer = page == pages.end()
                                      ? Result<http::ClientResponse>(Error{ErrorKind::forbidden, "it is private"})
                                      : Result<http::ClientResponse>(page->second);
              home.post([done = std::move(done), answer] { done(answer); });
              return http::Exchange();
            }};
  }

  ::teahouse::testing::QueueExecutor home;
  net::fake::ReadyDns dns;
  std::map<std::string, http::ClientResponse> pages;
  std::vector<http::ClientRequest> asked;
  Prober prober{home, ways(), Target{"im.host.example", 5222, 5223}};
  const Domain shop{static_cast<TenantId>(1), "bücher.example", "web", "SecretOfTheShop", 1, 0, {}};
  const std::string secure = "https://xn--bcher-kva.example/.well-known/teahouse-domain.txt";
  const std::string plain = "http://xn--bcher-kva.example/.well-known/teahouse-domain.txt";
};

TEST_F(Probing, FindsEachProof) {
  EXPECT_EQ(probe(shop).proved_by, "");
  dns.set_txt("_teahouse.xn--bcher-kva.example", "teahouse-domain=SecretOfTheShop");
  asked.clear();
  EXPECT_EQ(probe(shop).proved_by, "txt");
  EXPECT_TRUE(asked.empty());  // nobody needs the file then
}

TEST_F(Probing, AsksForTheFileAtBothSchemes) {
  pages[plain] = {200, {}, "teahouse-domain=SecretOfTheShop\n"};
  EXPECT_EQ(probe(shop).proved_by, "file");
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].url, secure);
  EXPECT_EQ(asked[1].url, plain);
  EXPECT_LE(asked[0].answer_bytes_max, 4096U);
  EXPECT_LE(asked[0].timeout_ms, 10'000);
}

TEST_F(Probing, TellsWhyAFileIsNone) {
  const Finding nobody = probe(shop).file;
  EXPECT_EQ(nobody.state, State::missing);
  EXPECT_NE(nobody.told.find("it is private"), std::string::npos);
  pages[secure] = {301, {}, "teahouse-domain=SecretOfTheShop"};
  EXPECT_EQ(probe(shop).file.state, State::wrong);
  pages[secure] = {404, {}, "teahouse-domain=SecretOfTheShop"};
  EXPECT_EQ(probe(shop).proved_by, "");
  pages[secure] = {200, {}, "teahouse-domain=SecretOfTheForum"};
  const Finding wrong = probe(shop).file;
  EXPECT_EQ(wrong.state, State::wrong);
  EXPECT_NE(wrong.told.find("teahouse-domain=SecretOfTheShop"), std::string::npos);
}

TEST_F(Probing, IsProvedByNothingThatIsPoisoned) {
  const std::string name = "_teahouse.xn--bcher-kva.example";
  // Types that were not asked for, lengths that lie, and a thousand records.
  dns.set(name, net::DnsType::txt, {"\xff", "", "\x1fteahouse-domain=SecretOfTheSho", std::string(9, '\0')});
  dns.set(name, net::DnsType::cname,
          {"\xc0\x0c", net::fake::make_dns_name("secretoftheshop.im.host.example.evil.example")});
  dns.set("xn--bcher-kva.example", net::DnsType::a, std::vector<std::string>(1000, "\x7f"));
  const Probed probed = probe(shop);
  EXPECT_EQ(probed.proved_by, "");
  for (const auto& [record, finding] : probed.records) {
    EXPECT_NE(finding.state, State::right) << record.name;
    EXPECT_LE(finding.found.size(), 10U);
    EXPECT_LE(finding.told.size(), 4000U);
  }
}

TEST_F(Probing, KeepsAProofThatDnsDoesNotShowNow) {
  dns.fail("_teahouse.xn--bcher-kva.example", {ErrorKind::remote_server_timeout, "the time is up"});
  Domain proved = shop;
  proved.proved_ms = 5;
  const Probed probed = probe(proved);
  EXPECT_EQ(probed.records.front().second.state, State::unknown);
  EXPECT_TRUE(asked.empty());
}

TEST_F(Probing, SaysWhetherANameHasAnAddress) {
  dns.set_a("there.example", "192.0.2.1");
  EXPECT_TRUE(*::teahouse::testing::run(home, prober.has_address("there.example")));
  EXPECT_FALSE(*::teahouse::testing::run(home, prober.has_address("nowhere.example")));
  dns.fail("away.example", {ErrorKind::remote_server_timeout, "the time is up"});
  EXPECT_FALSE(::teahouse::testing::run(home, prober.has_address("away.example")));
}

}  // namespace
}  // namespace teahouse::domains::prober_test
