// Records of a domain's servers, whose holder may be an enemy.
#include "domains/survey/places.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "net/fake/dns_server.h"

namespace teahouse::survey::places_test {
namespace {

using net::fake::make_dns_name;
using net::fake::make_srv;

const std::string shop = "shop.example";

net::DnsAnswer answer_of(std::vector<std::string> records) { return {std::move(records)}; }

// SRV answers in the order of the services.
struct Srv {
  std::vector<std::string> client, clients, server, servers;
  std::vector<DnsResult> answers() const {
    return {answer_of(client), answer_of(clients), answer_of(server), answer_of(servers)};
  }
};

std::string four(const std::string& ip) {
  const net::SocketAddress address = *net::make_address(ip, 0);
  return {reinterpret_cast<const char*>(&address.storage) + 4, 4};
}

size_t count(const Survey& survey, Verdict verdict) {
  return static_cast<size_t>(std::ranges::count(survey.findings, verdict, &Finding::verdict));
}

bool tells(const Survey& survey, Verdict verdict, const std::string& part) {
  return std::ranges::any_of(survey.findings, [&](const Finding& each) {
    return each.verdict == verdict && each.told.find(part) != std::string::npos;
  });
}

TEST(SurveyPlaces, RecordsLeadToTargetsOfEachService) {
  Survey survey{shop, {}};
  const Srv srv{{make_srv(0, 5, 5222, "xmpp.shop.example")},
                {make_srv(0, 5, 443, "xmpp.shop.example")},
                {make_srv(0, 5, 5269, "s2s.shop.example")},
                {make_srv(0, 5, 5270, "s2s.shop.example")}};
  const auto targets = judge_services(survey, shop, srv.answers());
  ASSERT_EQ(targets.size(), 4U);
  EXPECT_EQ(targets[1].port, 443);
  EXPECT_TRUE(targets[1].service->is_direct);
  EXPECT_EQ(count(survey, Verdict::good), 4U);
  EXPECT_EQ(survey.findings.size(), 4U);
}

TEST(SurveyPlaces, WithoutRecordsTheDomainItselfAndTheRecordToCopy) {
  Survey survey{shop, {}};
  const auto targets = judge_services(survey, shop, Srv{}.answers());
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0].host, shop);
  EXPECT_EQ(targets[1].port, 5269);
  ASSERT_EQ(survey.findings.size(), 2U);
  EXPECT_EQ(survey.findings[1].record, "_xmpp-server._tcp.shop.example. 3600 IN SRV 0 5 5269 shop.example.");
}

TEST(SurveyPlaces, ADotMeansNoneUnlessOthersStandBesideIt) {
  Survey survey{shop, {}};
  const auto none =
      judge_services(survey, shop, Srv{{make_srv(0, 5, 5222, "x.example")}, {}, {make_srv(0, 0, 0, "")}, {}}.answers());
  EXPECT_EQ(none.size(), 1U);
  EXPECT_EQ(count(survey, Verdict::bad), 0U);
  Survey torn{shop, {}};
  const auto both =
      judge_services(torn, shop, Srv{{}, {}, {make_srv(0, 0, 0, ""), make_srv(0, 0, 5269, "x.example")}, {}}.answers());
  EXPECT_TRUE(tells(torn, Verdict::bad, "remove the one or the others"));
  EXPECT_TRUE(std::ranges::any_of(both, [](const Target& each) { return each.host == "x.example"; }));
}

TEST(SurveyPlaces, APortOfAnotherProtocolAndAnAddressAreNotTried) {
  Survey survey{shop, {}};
  const auto targets = judge_services(
      survey, shop, Srv{{make_srv(0, 0, 25, "mail.example")}, {}, {make_srv(0, 0, 5269, "192.0.2.1")}, {}}.answers());
  EXPECT_TRUE(targets.empty());
  EXPECT_TRUE(tells(survey, Verdict::bad, "another protocol"));
  EXPECT_TRUE(tells(survey, Verdict::bad, "must name a host"));
}

TEST(SurveyPlaces, AThousandRecordsAreAFew) {
  Survey survey{shop, {}};
  std::vector<std::string> many;
  for (unsigned i = 0; i < 1000; ++i) many.push_back(make_srv(i, 0, 5222, "x" + std::to_string(i) + ".example"));
  EXPECT_EQ(judge_services(survey, shop, Srv{many, many, many, many}.answers()).size(), 4 * targets_max);
  EXPECT_LE(survey.findings.size(), 12U);
  EXPECT_TRUE(tells(survey, Verdict::note, "1000 records"));
}

TEST(SurveyPlaces, AFailingNameServerIsToldAndNothingIsGuessed) {
  Survey survey{shop, {}};
  auto answers = Srv{}.answers();
  answers[2] = Error{ErrorKind::remote_server_timeout, "the time\x1b[31m is up"};
  const auto targets = judge_services(survey, shop, answers);
  ASSERT_EQ(targets.size(), 1U);
  EXPECT_EQ(targets[0].service->area, "clients");
  EXPECT_TRUE(tells(survey, Verdict::bad, "the time?[31m is up"));
}

std::vector<Place> places_of(Survey& survey, HostAnswers host, bool any_address = false) {
  const std::vector<Target> targets{{&services[0], "x.example", 5222}, {&services[2], "x.example", 5269}};
  host.host = "x.example";
  return judge_hosts(survey, shop, targets, {std::move(host)}, any_address);
}

TEST(SurveyPlaces, EachAddressOfAHostIsAPlaceOfEachTarget) {
  Survey survey{shop, {}};
  EXPECT_EQ(places_of(survey, {.a = answer_of({four("8.8.8.8"), four("9.9.9.9")})}).size(), 4U);
  EXPECT_EQ(count(survey, Verdict::bad), 0U);
  EXPECT_TRUE(tells(survey, Verdict::note, "IPv6"));
}

TEST(SurveyPlaces, PrivateAddressesAreToldAndTriedOnlyWhereAsked) {
  Survey survey{shop, {}};
  const HostAnswers mixed{.a = answer_of({four("10.0.0.1"), four("127.0.0.1"), four("8.8.8.8")})};
  EXPECT_EQ(places_of(survey, mixed).size(), 2U);
  EXPECT_EQ(count(survey, Verdict::bad), 2U);
  EXPECT_TRUE(tells(survey, Verdict::bad, "10.0.0.1 is no address of the public internet (private)"));
  Survey asked{shop, {}};
  EXPECT_EQ(places_of(asked, mixed, true).size(), 4U);
  EXPECT_EQ(count(asked, Verdict::bad), 0U);
  EXPECT_TRUE(tells(asked, Verdict::note, "10.0.0.1 is no address of the public internet"));
}

TEST(SurveyPlaces, AnAliasAndAHostWithoutAddress) {
  Survey survey{shop, {}};
  EXPECT_TRUE(places_of(survey, {.cname = answer_of({make_dns_name("host.example")})}).empty());
  EXPECT_TRUE(tells(survey, Verdict::warn, "alias of host.example"));
  EXPECT_TRUE(tells(survey, Verdict::bad, "has no address"));
}

TEST(SurveyPlaces, AHundredAddressesAreAFew) {
  Survey survey{shop, {}};
  std::vector<std::string> many;
  for (int i = 1; i <= 100; ++i) many.push_back(four("8.8.8." + std::to_string(i)));
  EXPECT_EQ(places_of(survey, {.a = answer_of(many)}).size(), 2 * addresses_max);
  EXPECT_TRUE(tells(survey, Verdict::untried, "98 more"));
}

}  // namespace
}  // namespace teahouse::survey::places_test
