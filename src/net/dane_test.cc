// Certificates that TLSA records name; nobody else vouches for them.
#include "net/dane.h"

#include <gtest/gtest.h>

#include <ctime>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/x509.h"

namespace teahouse::net::dane_test {
namespace {

constexpr int64_t day_s = 86'400;

// Of the first certificate of a PEM text.
std::string der_of(const std::string& pem) {
  const size_t begin = pem.find('\n') + 1;
  std::string text = pem.substr(begin, pem.find("-----END") - begin);
  std::erase(text, '\n');
  return *crypto::parse_base64(text);
}

TlsaRecord record(uint8_t usage, uint8_t matching_type, const std::string& data) {
  return {usage, 0, matching_type, data};
}

class Dane : public ::testing::Test {
 protected:
  std::string issue(const std::string& name, int64_t from_s = ::time(nullptr), int days = 30) const {
    return der_of(crypto::issue_certificate(ca_, {name}, from_s, days)->certificate_pem);
  }
  bool good(const std::vector<TlsaRecord>& records, const std::vector<std::string>& chain,
            bool is_pkix_good = false) const {
    return judge_by_tlsa(records, chain, {"a.example", "a.example"}, "host.example", is_pkix_good).has_value();
  }

  const crypto::CertificateAndKey ca_ = *crypto::make_local_ca("An authority", ::time(nullptr) - 100 * day_s, 400);
  const std::string ca_der_ = der_of(ca_.certificate_pem);
  const std::string own_ = issue("a.example"), other_ = issue("a.example");
};

TEST_F(Dane, Usage3NamesTheCertificateWhateverItsNamesAndDays) {
  EXPECT_TRUE(good({record(3, 0, own_)}, {own_}));
  EXPECT_TRUE(good({record(3, 1, crypto::sha256(own_))}, {own_}));
  EXPECT_TRUE(good({record(3, 2, crypto::digest(crypto::Hash::sha512, own_))}, {own_, ca_der_}));
  const std::string over = issue("somebody.example", ::time(nullptr) - 50 * day_s, 10);
  EXPECT_TRUE(good({record(3, 1, crypto::sha256(over))}, {over}));
  EXPECT_FALSE(good({record(3, 1, crypto::sha256(other_))}, {own_}));
  EXPECT_TRUE(good({record(3, 1, crypto::sha256(other_)), record(3, 1, crypto::sha256(own_))}, {own_}));
}

TEST_F(Dane, Usage3NamesAKey) {
  const std::string value = make_tlsa_value(own_);
  ASSERT_TRUE(value.starts_with("3 1 1 "));
  const TlsaRecord by_key{3, 1, 1, *crypto::parse_hex(value.substr(6))};
  EXPECT_TRUE(good({by_key}, {own_}));
  EXPECT_FALSE(good({by_key}, {other_}));
  EXPECT_EQ(make_tlsa_value("rubbish"), "");
}

TEST_F(Dane, Usage2NamesAnAuthorityWhoseCertificateHasTheNames) {
  const TlsaRecord by_authority = record(2, 1, crypto::sha256(ca_der_));
  EXPECT_TRUE(good({by_authority}, {own_, ca_der_}));
  EXPECT_TRUE(good({by_authority}, {issue("host.example"), ca_der_}));
  EXPECT_FALSE(good({by_authority}, {issue("somebody.example"), ca_der_}));
  EXPECT_FALSE(good({by_authority}, {issue("a.example", ::time(nullptr) - 50 * day_s, 10), ca_der_}));
  EXPECT_FALSE(good({by_authority}, {own_}));  // the authority has to be shown
  EXPECT_FALSE(good({record(2, 1, crypto::sha256(own_))}, {other_, ca_der_}));
}

TEST_F(Dane, Usages1And0AreForChainsThatAreGoodAlready) {
  const TlsaRecord by_certificate = record(1, 1, crypto::sha256(own_)),
                   by_authority = record(0, 1, crypto::sha256(ca_der_));
  for (const TlsaRecord& each : {by_certificate, by_authority}) {
    EXPECT_FALSE(good({each}, {own_, ca_der_}));
    EXPECT_TRUE(good({each}, {own_, ca_der_}, true));
  }
}

TEST_F(Dane, NothingIsGoodByRubbish) {
  for (const TlsaRecord& each : {TlsaRecord{3, 0, 0, ""}, TlsaRecord{3, 9, 1, crypto::sha256(own_)},
                                 TlsaRecord{3, 0, 9, crypto::sha256(own_)}, TlsaRecord{255, 0, 1, crypto::sha256(own_)},
                                 TlsaRecord{3, 0, 1, "short"}, TlsaRecord{2, 0, 0, "no certificate"}}) {
    EXPECT_FALSE(good({each}, {own_, ca_der_}));
  }
  EXPECT_FALSE(good({}, {own_}));
  EXPECT_FALSE(good({record(3, 1, crypto::sha256(own_))}, {}));
  EXPECT_FALSE(good({record(3, 1, crypto::sha256("no certificate"))}, {"no certificate"}));
  std::vector<TlsaRecord> many(tlsa_records_max, record(3, 1, crypto::sha256(other_)));
  many.push_back(record(3, 1, crypto::sha256(own_)));
  EXPECT_FALSE(good(many, {own_}));
}

}  // namespace
}  // namespace teahouse::net::dane_test
