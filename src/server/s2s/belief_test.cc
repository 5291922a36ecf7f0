// Which certificates are believed by their domain's own word, and by whose not.
#include "server/s2s/belief.h"

#include <gtest/gtest.h>

#include <ctime>
#include <map>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/x509.h"
#include "net/dane.h"
#include "net/fake/fake_dns.h"

namespace teahouse::s2s::belief_test {
namespace {

using net::DnsAnswer;

const std::string tlsa_at = "_5269._tcp.host.example", file_at = "https://a.example/.well-known/posh/xmpp-server.json";

std::string make_der() {
  const auto ca = *crypto::make_local_ca("Nobody's", ::time(nullptr), 10);
  const std::string pem = crypto::issue_certificate(ca, {"somebody.example"}, ::time(nullptr), 10)->certificate_pem;
  const size_t begin = pem.find('\n') + 1;
  std::string text = pem.substr(begin, pem.find("-----END") - begin);
  std::erase(text, '\n');
  return *crypto::parse_base64(text);
}

class Believing : public ::testing::Test {
 protected:
  void begin(bool is_validated, std::vector<std::string> chain) {
    told_.reset();
    belief_ = std::make_unique<Belief>(loop_, dns_, fetch_,
                                       Belief::Asked{std::move(chain),
                                                     {"a.example", "a.example"},
                                                     "host.example",
                                                     5269,
                                                     is_validated,
                                                     {ErrorKind::not_authorized, "no authority"}},
                                       [this](Result<std::string> proof) {
                                         told_ = proof ? *proof : "no: " + proof.error().text;
                                         belief_.reset();
                                       });
    belief_->start();
  }
  void begin(bool is_validated) { begin(is_validated, {own_}); }
  std::string told() {
    for (int i = 0; i < 20 && !told_; ++i) loop_.run_once(0);
    return told_.value_or("nothing");
  }
  void answer_tlsa(const std::string& der, bool validated = true) {
    const std::string hash = *crypto::parse_hex(net::make_tlsa_value(der).substr(6));
    dns_.answer(tlsa_at, net::DnsType::tlsa, DnsAnswer{{std::string("\3\1\1", 3) + hash}, validated});
  }
  static std::string fingerprint(const std::string& der) {
    return R"({"fingerprints":[{"sha-256":")" + crypto::to_base64(crypto::sha256(der)) + R"("}],"expires":60})";
  }

  FakeClock clock_;
  net::Loop loop_{0, clock_};
  net::fake::FakeDns dns_;
  std::map<std::string, std::string> files_;
  std::vector<std::string> asked_;
  Fetch fetch_ = [this](http::ClientRequest request, http::Client::Done done) {
    asked_.push_back(request.url);
    EXPECT_LE(request.answer_bytes_max, http::posh_bytes_max);
    const auto found = files_.find(request.url);
    const bool is_there = found != files_.end();
    loop_.post([done = std::move(done), is_there, body = is_there ? found->second : ""] {
      done(http::ClientResponse{is_there ? 200 : 404, {}, body});
    });
    return http::Exchange();
  };
  const std::string own_ = make_der(), other_ = make_der();
  std::optional<std::string> told_;
  std::unique_ptr<Belief> belief_;
};

TEST_F(Believing, ByTlsaRecordsThatDnssecVouchesFor) {
  begin(true);
  answer_tlsa(own_);
  EXPECT_EQ(told(), "DANE");
  EXPECT_TRUE(asked_.empty());
}

TEST_F(Believing, RecordsOfAnotherCertificateEndIt) {
  files_[file_at] = fingerprint(own_);
  begin(true);
  answer_tlsa(other_);
  EXPECT_EQ(told(), "no: no authority; its TLSA records name another certificate");
  EXPECT_TRUE(asked_.empty());
}

TEST_F(Believing, RecordsThatNobodyVouchesForSayNothing) {
  begin(true);
  answer_tlsa(own_, false);
  EXPECT_EQ(told(), "no: no authority");
  begin(false);  // the way to the server could be forged: they are not even asked for
  EXPECT_EQ(dns_.asked(), 0U);
  EXPECT_EQ(told(), "no: no authority");
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(Believing, ByAFileOfTheDomain) {
  files_[file_at] = fingerprint(own_);
  begin(true);
  dns_.answer(tlsa_at, net::DnsType::tlsa, Error{ErrorKind::remote_server_timeout, "away"});
  EXPECT_EQ(told(), "POSH");
  begin(false);
  EXPECT_EQ(told(), "POSH");
  begin(false, {other_});
  EXPECT_EQ(told(), "no: no authority; the POSH document of its domain names another certificate");
}

TEST_F(Believing, AFileLeadsOnOnce) {
  const std::string second = "https://host.example/posh.json", third = "https://third.example/posh.json";
  files_[file_at] = R"({"url":")" + second + R"(","expires":60})";
  files_[second] = fingerprint(own_);
  begin(false);
  EXPECT_EQ(told(), "POSH");
  files_[second] = R"({"url":")" + third + R"(","expires":60})";
  files_[third] = fingerprint(own_);
  asked_.clear();
  begin(false);
  EXPECT_TRUE(told().starts_with("no: ")) << told();
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(Believing, RubbishAndNoCertificateAreNotBelieved) {
  files_[file_at] = std::string(1000, '[');
  begin(false);
  EXPECT_TRUE(told().starts_with("no: no authority; the POSH document is broken")) << told();
  begin(true, {});
  EXPECT_EQ(told(), "no: no authority");
}

TEST_F(Believing, DestroyingItEndsItsQuestions) {
  begin(true);
  EXPECT_EQ(dns_.asked(), 1U);
  belief_.reset();
  EXPECT_EQ(dns_.asked(), 0U);
  begin(false);
  belief_.reset();
  begin(true, {});
  belief_.reset();
  EXPECT_EQ(told(), "nothing");
}

}  // namespace
}  // namespace teahouse::s2s::belief_test
