// A whole look, with name servers, web servers and servers of the test's, and what must not be connected to.
#include "domains/survey/surveyor.h"

#include <algorithm>
#include <ctime>

#include "domains/survey/testing/xmpp_peer.h"
#include "net/fake/ready_dns.h"

namespace teahouse::survey::surveyor_test {
namespace {

using net::fake::make_srv;
using testing::XmppPeer;

// The wall clock is the system's: certificates are checked by that.
class Surveying : public ::testing::Test {
 protected:
  Surveyor::Ways ways(bool any_address) {
    return {{loop_, dns_, any_address ? net::AddressGuard() : net::AddressGuard::public_only(), issued_.trust()},
            [this](http::ClientRequest request, http::Client::Done done) {
              asked_.push_back(request.url);
              loop_.post([done = std::move(done)] { done(http::ClientResponse{404, {}, ""}); });
              return http::Exchange();
            },
            any_address,
            refuse_};
  }
  Survey look(const std::string& domain, bool any_address = true, Surveyor::Trial trial = {}) {
    Surveyor surveyor(ways(any_address));
    std::optional<Survey> found;
    spawn(run(surveyor, domain, std::move(trial), found));
    while (!found) loop_.run_once(1000);
    return *found;
  }
  static Task<void> run(Surveyor& surveyor, std::string domain, Surveyor::Trial trial, std::optional<Survey>& found) {
    auto looking = surveyor.look(std::move(domain), std::move(trial), "there is nobody to try it with.");
    found = co_await looking;
  }
  void serve(const std::string& domain, XmppPeer& plain, XmppPeer& direct) {
    for (const char* kind : {"client", "server"}) {
      dns_.set("_xmpp-" + std::string(kind) + "._tcp." + domain, net::DnsType::srv,
               {make_srv(0, 5, plain.port(), "x." + domain)});
      dns_.set("_xmpps-" + std::string(kind) + "._tcp." + domain, net::DnsType::srv,
               {make_srv(0, 5, direct.port(), "x." + domain)});
    }
    dns_.set_a("x." + domain, "127.0.0.1");
  }
  static const Finding* find(const Survey& survey, const std::string& part) {
    const auto found = std::ranges::find_if(survey.findings, [&](const Finding& each) {
      return each.subject.find(part) != std::string::npos || each.told.find(part) != std::string::npos;
    });
    return found == survey.findings.end() ? nullptr : &*found;
  }

  SystemClock clock_;
  net::Loop loop_{0, clock_};
  net::fake::ReadyDns dns_;
  const testing::Issued issued_{::time(nullptr)};
  const crypto::CertificateAndKey own_ = issued_.issue({"a.example"});
  std::vector<std::string> asked_;
  std::function<std::string(const Place&)> refuse_;
};

TEST_F(Surveying, OfADomainThatIsWellNothingIsBad) {
  XmppPeer plain(loop_, own_), direct(loop_, own_, {.is_direct = true});
  serve("a.example", plain, direct);
  const Survey survey = look("a.example");
  for (const Finding& each : survey.findings) {
    EXPECT_LT(each.verdict, Verdict::warn) << each.subject << ": " << each.told;
  }
  EXPECT_EQ(plain.clients(), 2U);
  EXPECT_EQ(direct.clients(), 2U);
  EXPECT_EQ(asked_.size(), 3U);
  const Finding* const certificate = find(survey, "certificate of x.a.example port " + std::to_string(plain.port()));
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->verdict, Verdict::good) << certificate->told;
  EXPECT_EQ(find(survey, "EXTERNAL and dialback")->verdict, Verdict::untried);
}

TEST_F(Surveying, OneDomainsCertificateIsNotTheOthers) {
  XmppPeer plain(loop_, own_), direct(loop_, own_, {.is_direct = true});
  serve("a.example", plain, direct);
  serve("b.example", plain, direct);
  const Survey survey = look("b.example");
  const Finding* const certificate = find(survey, "It names a.example, but not b.example");
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->verdict, Verdict::bad);
  EXPECT_FALSE(find(look("a.example"), "but not"));
}

TEST_F(Surveying, PrivateAddressesAreNotConnectedTo) {
  XmppPeer plain(loop_, own_), direct(loop_, own_, {.is_direct = true});
  serve("a.example", plain, direct);
  const Survey survey = look("a.example", false);
  EXPECT_EQ(survey.worst(), Verdict::bad);
  EXPECT_EQ(plain.clients() + direct.clients(), 0U);
}

TEST_F(Surveying, PlacesThatItsOwnerRefusesAreNotConnectedTo) {
  XmppPeer plain(loop_, own_), direct(loop_, own_, {.is_direct = true});
  serve("a.example", plain, direct);
  refuse_ = [&](const Place& place) {
    return place.target.port == direct.port() ? std::string("It is ours.") : std::string();
  };
  const Survey survey = look("a.example");
  EXPECT_EQ(plain.clients(), 2U);
  EXPECT_EQ(direct.clients(), 0U);
  EXPECT_EQ(find(survey, "It is ours.")->verdict, Verdict::untried);
}

TEST_F(Surveying, AThousandRecordsAndAddressesAreBounded) {
  XmppPeer peer(loop_, own_);
  std::vector<std::string> records;
  for (unsigned i = 0; i < 1000; ++i) {
    const std::string host = "x" + std::to_string(i) + ".a.example";
    records.push_back(make_srv(i, 0, peer.port(), host));
    dns_.set_a(host, "127.0.0.1");
  }
  for (const size_t each : {0, 2}) dns_.set(service_name(services[each], "a.example"), net::DnsType::srv, records);
  const Survey survey = look("a.example");
  EXPECT_LE(peer.clients(), places_max);
  EXPECT_LE(survey.findings.size(), findings_max);
  EXPECT_LE(dns_.asked, 4 + 4 * 3 + 16);
}

TEST_F(Surveying, ATrialIsTold) {
  const auto told = [&](TrialResult result) {
    Survey survey;
    judge_trial(survey, result);
    return survey;
  };
  EXPECT_EQ(told({.was_tried = true, .offers_external = true, .external = true, .dialback = true, .proved_by = "PKIX"})
                .worst(),
            Verdict::good);
  const Survey by_dane = told({.was_tried = true, .external = std::nullopt, .dialback = true, .proved_by = "DANE"});
  EXPECT_TRUE(find(by_dane, "believes its certificate by DANE"));
  EXPECT_EQ(told({.was_tried = true, .why_not = "it answers invalid", .dialback = false, .proved_by = "PKIX"}).worst(),
            Verdict::bad);
  EXPECT_EQ(told({.was_tried = true, .why_not = "nobody is there"}).worst(), Verdict::bad);
  const Survey tried =
      look("a.example", true, [](const auto& done) { done({.was_tried = true, .why_not = "it is away"}); });
  EXPECT_EQ(find(tried, "it is away")->verdict, Verdict::bad);
}

TEST_F(Surveying, JsonHasAllOfIt) {
  const Survey survey{
      "a.example",
      {{"servers", "s", Verdict::bad, "It is \"wrong\".", "a. 3600 IN SRV"}, {"web", "w", Verdict::note, "t", {}}}};
  EXPECT_EQ(make_json(survey),
            R"({"domain":"a.example","verdict":"bad","told":"a.example: 1 thing is wrong.","findings":[)"
            R"({"area":"servers","subject":"s","verdict":"bad","told":"It is \"wrong\".","record":"a. 3600 IN SRV"},)"
            R"({"area":"web","subject":"w","verdict":"note","told":"t"}]})");
}

}  // namespace
}  // namespace teahouse::survey::surveyor_test
