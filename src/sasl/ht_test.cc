#include "sasl/ht.h"

#include <gtest/gtest.h>

namespace teahouse::sasl::ht_test {
namespace {

using namespace std::string_literals;

const std::string token = "WXZzciBwYmFmdmZnZiBqdmd1IGp2eXFhcmZm";

std::string condition_of(const Step& step) {
  const auto* failure = std::get_if<Failure>(&step);
  return failure ? to_string(failure->condition) : "no failure";
}

Ht make(const char* name, const std::string& binding = {}) { return {*find_ht(name), binding}; }

TEST(Ht, AsksForTheProofToBeChecked) {
  Ht machine = make("HT-SHA-256-EXPR", "key");
  const std::string proof = make_initiator_proof(crypto::Hash::sha256, token, "key");
  const Step step = machine.step("Romeo\0"s + proof);
  ASSERT_TRUE(std::holds_alternative<VerifyProof>(step)) << condition_of(step);
  EXPECT_EQ(std::get<VerifyProof>(step).authcid, "romeo");
  EXPECT_EQ(std::get<VerifyProof>(step).mechanism, "HT-SHA-256-EXPR");
  EXPECT_EQ(std::get<VerifyProof>(step).proof, proof);
  EXPECT_EQ(std::get<VerifyProof>(step).binding, "key");
  const Step last = machine.accept("romeo", "answer");
  ASSERT_TRUE(std::holds_alternative<Success>(last));
  EXPECT_EQ(std::get<Success>(last).authcid, "romeo");
  EXPECT_EQ(std::get<Success>(last).server_data, "answer");
  EXPECT_EQ(condition_of(machine.accept("juliet")), "temporary-auth-failure");  // spent
}

TEST(Ht, ProvesByTheTokenAndTheChannel) {
  using crypto::Hash;
  const std::string proof = make_initiator_proof(Hash::sha256, token, "");
  EXPECT_EQ(proof, crypto::hmac(Hash::sha256, token, "Initiator"));
  EXPECT_EQ(make_responder_proof(Hash::sha512, token, "key"), crypto::hmac(Hash::sha512, token, "Responderkey"));
  EXPECT_NE(proof, make_responder_proof(Hash::sha256, token, ""));
  EXPECT_NE(proof, make_initiator_proof(Hash::sha256, token, "key"));
}

TEST(Ht, RefusesMalformedData) {
  const std::string proof(32, '\0');
  for (const std::string& data :
       {""s, "romeo"s, "\0"s, "\0"s + proof, "romeo\0"s, "romeo\0"s + proof + "x", "romeo\0"s + proof.substr(1),
        "caf\xE9\0"s + proof, "romeo\0\0"s + proof, std::string(100'000, 'x')}) {
    EXPECT_EQ(condition_of(make("HT-SHA-256-NONE").step(data)), "malformed-request") << data.substr(0, 40);
  }
  EXPECT_EQ(condition_of(make("HT-SHA-512-NONE").step("romeo\0"s + proof)), "malformed-request");
  EXPECT_EQ(condition_of(make("HT-SHA-256-NONE").step("ro meo\0"s + proof)), "not-authorized");
  EXPECT_EQ(condition_of(make("HT-SHA-256-NONE").step(std::string(1024, 'a') + "\0"s + proof)), "not-authorized");
}

TEST(Ht, SaysThatATokenHasExpired) {
  Ht machine = make("HT-SHA-256-NONE");
  (void)machine.step("romeo\0"s + std::string(32, 'x'));
  EXPECT_EQ(condition_of(machine.refuse(Condition::credentials_expired, "Too old.")), "credentials-expired");
}

}  // namespace
}  // namespace teahouse::sasl::ht_test
