// Certificates that are good, over, another's, alone, and nobody's; TLSA records beside them.
#include "domains/survey/certificates.h"

#include <ctime>

#include "domains/survey/testing/xmpp_peer.h"
#include "net/dane.h"

namespace teahouse::survey::certificates_test {
namespace {

using testing::ders_of;

class SurveyCertificates : public ::testing::Test {
 protected:
  std::vector<Finding> judge(const std::vector<std::string>& chain, size_t service = 2) const {
    Survey survey;
    judge_certificate(survey, judge_, {&services[service], "x.example", 5269}, chain);
    return survey.findings;
  }
  Finding judge_one(const std::string& name, int days) const {
    const auto found = judge(ders_of(issued_.issue({name}, days).certificate_pem));
    EXPECT_EQ(found.size(), 1U);
    return found.front();
  }
  Finding judge_dns(const net::DnsAnswer& answer, const std::vector<std::string>& chain,
                    bool is_way_validated = true) const {
    Survey survey;
    judge_tlsa(survey, judge_, {&services[2], "x.example", 5269, is_way_validated}, answer, chain);
    return survey.findings.empty() ? Finding{} : survey.findings.front();
  }
  static bool has(const Finding& finding, const std::string& part) {
    return finding.told.find(part) != std::string::npos;
  }

  const int64_t now_s_ = ::time(nullptr);
  const testing::Issued issued_{now_s_};
  const CertificateJudge judge_{issued_.trust(), {"a.example", "a.example"}, now_s_};
};

TEST_F(SurveyCertificates, OneThatIsGoodIsGoodUntilADay) {
  const Finding good = judge_one("a.example", 60);
  EXPECT_EQ(good.verdict, Verdict::good) << good.told;
  EXPECT_TRUE(has(good, "(59 days)") || has(good, "(60 days)")) << good.told;
  EXPECT_EQ(judge_one("*.example", 60).verdict, Verdict::bad);  // one label is no registrable name
  EXPECT_EQ(judge_one("a.example", 5).verdict, Verdict::warn);
}

TEST_F(SurveyCertificates, OneThatIsOverOrAnothersIsBad) {
  const Finding over = judge_one("a.example", -3);
  EXPECT_EQ(over.verdict, Verdict::bad);
  EXPECT_TRUE(has(over, "is over: renew it")) << over.told;
  const Finding other = judge_one("b.example", 60);
  EXPECT_EQ(other.verdict, Verdict::bad);
  EXPECT_TRUE(has(other, "It names b.example, but not a.example")) << other.told;
  EXPECT_EQ(judge(ders_of(issued_.issue({"b.example"}, -3).certificate_pem)).size(), 2U);
}

TEST_F(SurveyCertificates, OneThatNobodyVouchesForTellsWhy) {
  const testing::Issued stranger(now_s_);
  const auto alone = judge(ders_of(stranger.issue({"a.example"}).certificate_pem));
  EXPECT_TRUE(has(alone[0], "fullchain.pem")) << alone[0].told;
  const auto whole = judge(ders_of(stranger.issue({"a.example"}).certificate_pem + stranger.authority_pem()));
  EXPECT_TRUE(has(whole[0], "nobody trusts")) << whole[0].told;
  EXPECT_EQ(judge({})[0].told, "It shows none.");
  EXPECT_EQ(judge({"rubbish"})[0].told, "It can't be read.");
}

TEST_F(SurveyCertificates, RecordsAreBelievedOnlyWhereDnssecVouchesForAllOfTheWay) {
  const auto chain = ders_of(issued_.issue({"a.example"}).certificate_pem);
  const auto other = ders_of(issued_.issue({"a.example"}).certificate_pem);
  const std::string text = net::make_tlsa_value(chain[0]);
  const std::string rdata = std::string("\3\1\1", 3) + *crypto::parse_hex(text.substr(6));
  EXPECT_EQ(judge_dns({.records = {rdata}, .validated = true}, chain).verdict, Verdict::good);
  const Finding wrong = judge_dns({.records = {rdata}, .validated = true}, other);
  EXPECT_EQ(wrong.verdict, Verdict::bad);
  EXPECT_EQ(wrong.record, "_5269._tcp.x.example. 3600 IN TLSA " + net::make_tlsa_value(other[0]));
  EXPECT_EQ(judge_dns({.records = {rdata}, .validated = false}, chain).verdict, Verdict::warn);
  EXPECT_EQ(judge_dns({.records = {rdata}, .validated = true}, chain, false).verdict, Verdict::warn);
  EXPECT_EQ(judge_dns({.records = {}, .validated = true}, chain).verdict, Verdict::note);
  EXPECT_EQ(judge_dns({.records = {}, .validated = false}, chain).subject, "");
}

}  // namespace
}  // namespace teahouse::survey::certificates_test
