// The state of a domain's records in DNS, as sentences; with answers that are wrong, broken and hostile.
#include "domains/records.h"

#include <gtest/gtest.h>

#include "net/fake/dns_server.h"

namespace teahouse::domains::records_test {
namespace {

using net::DnsAnswer;
using net::DnsType;
using State = Finding::State;

const Target target{"im.host.example", 5222, 5223, 5269, 0};

Domain domain_of(const std::string& use, const std::string& name = "shop.example") {
  return {static_cast<TenantId>(1), name, use, "SecretOfTheShop", 1, 0, {}};
}

Record record_of(const Domain& domain, DnsType type) {
  for (const Record& record : records_of(domain, target)) {
    if (record.type == type) return record;
  }
  ADD_FAILURE() << "no record of this type";
  return {};
}

Result<DnsAnswer> answer_of(std::vector<std::string> records) { return DnsAnswer{std::move(records)}; }
std::string txt(const std::string& text) { return static_cast<char>(text.size()) + text; }
Result<DnsAnswer> no_answer() { return Error{ErrorKind::remote_server_timeout, "the time is up"}; }

std::vector<Result<DnsAnswer>> addresses(const std::vector<std::string>& fours) {
  return {answer_of(fours), answer_of({})};
}

TEST(DomainRecords, AreThoseOfTheDomainsUse) {
  std::string all;
  for (const Record& record : records_of(domain_of("accounts"), target)) {
    all += record.name + " " + std::string(to_string(record.type)) + " " + record.value + "\n";
  }
  EXPECT_EQ(all,
            "_teahouse.shop.example TXT \"teahouse-domain=SecretOfTheShop\"\n"
            "_teahouse.shop.example CNAME secretoftheshop.im.host.example.\n"
            "_xmpp-client._tcp.shop.example SRV 0 5 5222 im.host.example.\n"
            "_xmpps-client._tcp.shop.example SRV 0 5 5223 im.host.example.\n"
            "_xmpp-server._tcp.shop.example SRV 0 5 5269 im.host.example.\n");
  EXPECT_EQ(records_of(domain_of("web"), target).back().value, "im.host.example.");
  EXPECT_EQ(records_of(domain_of("web", "bücher.example"), target).back().name, "xn--bcher-kva.example");
  EXPECT_EQ(records_of(domain_of("web"), {}).size(), 1U);  // nobody has said where they would lead
}

TEST(DomainRecords, FindTheProofAmongOtherTexts) {
  const Record record = record_of(domain_of("web"), DnsType::txt);
  EXPECT_EQ(judge(record, answer_of({txt("v=spf1 -all"), txt("teahouse-domain=SecretOfTheShop ")})).state,
            State::right);
  const Finding wrong = judge(record, answer_of({txt("teahouse-domain=SecretOfTheForum")}));
  EXPECT_EQ(wrong.state, State::wrong);
  EXPECT_NE(wrong.told.find("SecretOfTheForum"), std::string::npos);
  EXPECT_NE(wrong.told.find("wanted is \"teahouse-domain=SecretOfTheShop\""), std::string::npos);
  EXPECT_EQ(judge(record, answer_of({})).state, State::missing);
  EXPECT_NE(judge(record, answer_of({})).told.find("Add TXT"), std::string::npos);
  const Finding unknown = judge(record, no_answer());
  EXPECT_EQ(unknown.state, State::unknown);
  EXPECT_NE(unknown.told.find("the time is up"), std::string::npos);
}

TEST(DomainRecords, AreNoProofInPart) {
  const Record record = record_of(domain_of("web"), DnsType::txt);
  for (const char* text : {"teahouse-domain=", "teahouse-domain=SecretOfTheSho", "teahouse-domain=SecretOfTheShopx",
                           "teahouse-domain=secretoftheshop", "xteahouse-domain=SecretOfTheShop", ""}) {
    EXPECT_NE(judge(record, answer_of({txt(text)})).state, State::right) << text;
  }
}

TEST(DomainRecords, ShowNothingThatMovesATerminal) {
  const Record record = record_of(domain_of("web"), DnsType::txt);
  const Finding finding = judge(record, answer_of({txt("\x1b[2J\r\n<script>\xff"), txt(std::string(120, 'x'))}));
  EXPECT_EQ(finding.state, State::wrong);
  EXPECT_EQ(finding.found.at(0),
            "\"?[2J?"
            "?<script>?\"");
  std::vector<std::string> many(90, txt("x"));
  EXPECT_EQ(judge(record, answer_of(many)).found.size(), 10U);
  EXPECT_EQ(judge(record, answer_of({"\x05"
                                     "ab"}))
                .state,
            State::wrong);  // a record that is cut off
}

TEST(DomainRecords, OfAServiceLeadHereAndNowhereElse) {
  const Record record = record_of(domain_of("accounts"), DnsType::srv);
  const std::string here = net::fake::make_srv(10, 0, 5222, "im.host.example");
  const std::string away = net::fake::make_srv(0, 5, 5222, "old.example"),
                    port = net::fake::make_srv(0, 5, 5322, "im.host.example");
  EXPECT_EQ(judge(record, answer_of({here})).state, State::right);
  const Finding both = judge(record, answer_of({here, away}));
  EXPECT_EQ(both.state, State::wrong);
  EXPECT_NE(both.told.find("Remove the others"), std::string::npos);
  EXPECT_NE(judge(record, answer_of({port})).told.find("5322"), std::string::npos);
  EXPECT_EQ(judge(record, answer_of({"abc"})).state, State::wrong);
  EXPECT_EQ(judge(record, answer_of({})).state, State::missing);
}

TEST(DomainRecords, OfAnAddressAreThoseOfTheTarget) {
  const Record record = record_of(domain_of("web"), DnsType::cname).is_one_of
                            ? records_of(domain_of("web"), target).back()
                            : record_of(domain_of("web"), DnsType::cname);
  const std::string ours("\xc0\x00\x02\x01", 4), other("\xc0\x00\x02\x09", 4);
  EXPECT_EQ(judge_address(record, addresses({ours}), addresses({ours})).state, State::right);
  const Finding half = judge_address(record, addresses({ours, other}), addresses({ours}));
  EXPECT_EQ(half.state, State::wrong);
  EXPECT_NE(half.told.find("192.0.2.9 is not this server"), std::string::npos);
  EXPECT_NE(judge_address(record, addresses({other}), addresses({ours})).told.find("another machine"),
            std::string::npos);
  EXPECT_EQ(judge_address(record, addresses({}), addresses({ours})).state, State::missing);
  EXPECT_NE(judge_address(record, addresses({}), addresses({ours})).told.find("192.0.2.1"), std::string::npos);
  EXPECT_EQ(judge_address(record, {no_answer(), no_answer()}, addresses({ours})).state, State::unknown);
  EXPECT_EQ(judge_address(record, addresses({ours}), {no_answer(), no_answer()}).state, State::unknown);
}

TEST(DomainRecords, AFilesLineIsTheProof) {
  const Domain domain = domain_of("web");
  EXPECT_TRUE(has_proof("teahouse-domain=SecretOfTheShop", domain));
  EXPECT_TRUE(has_proof("\xef\xbb\xbfteahouse-domain=SecretOfTheShop\r\n", domain));
  EXPECT_TRUE(has_proof("for the chat\nteahouse-domain=SecretOfTheShop  \n", domain));
  EXPECT_FALSE(has_proof("<p>teahouse-domain=SecretOfTheShop</p>", domain));
  EXPECT_FALSE(has_proof("", domain));
  EXPECT_FALSE(has_proof(std::string(4096, '\n'), domain));
}

}  // namespace
}  // namespace teahouse::domains::records_test
