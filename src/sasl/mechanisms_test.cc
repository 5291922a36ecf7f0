#include "sasl/mechanisms.h"

#include <gtest/gtest.h>

#include "sasl/oauthbearer.h"
#include "sasl/plain.h"
#include "sasl/scram.h"

namespace teahouse::sasl::mechanisms_test {
namespace {

using namespace std::string_literals;
using Names = std::vector<std::string_view>;

std::string condition_of(const Step& step) {
  const auto* failure = std::get_if<Failure>(&step);
  return failure ? to_string(failure->condition) : "no failure";
}

TEST(Plain, AsksForTheSecretToBeVerified) {
  Plain plain;
  const Step step = plain.step("romeo@example.org\0Romeo\0pass word"s);
  ASSERT_TRUE(std::holds_alternative<VerifySecret>(step));
  EXPECT_EQ(std::get<VerifySecret>(step).authcid, "romeo");
  EXPECT_EQ(std::get<VerifySecret>(step).authzid, "romeo@example.org");
  EXPECT_EQ(std::get<VerifySecret>(step).secret, "pass word");
  const Step last = plain.accept("romeo");
  ASSERT_TRUE(std::holds_alternative<Success>(last));
  EXPECT_EQ(std::get<Success>(last).authcid, "romeo");
  EXPECT_EQ(std::get<Success>(last).authzid, "romeo@example.org");
  EXPECT_EQ(std::get<Success>(last).server_data, "");
  EXPECT_EQ(condition_of(plain.accept("juliet")), "temporary-auth-failure");  // spent
}

TEST(Plain, SaysNoInOneWay) {
  Plain plain;
  (void)plain.step("\0romeo\0wrong"s);
  EXPECT_EQ(condition_of(plain.refuse(Condition::not_authorized)), "not-authorized");
  Plain disabled;
  (void)disabled.step("\0romeo\0right"s);
  EXPECT_EQ(condition_of(disabled.refuse(Condition::account_disabled)), "account-disabled");
}

// RFC 6120 section 6.5.8: no wrong password, and nothing to count as one.
TEST(Mechanisms, RefuseWhatIsNotUtf8AsMalformed) {
  for (const std::string& bytes : {"\xFF"s, "\xC0\x80"s, "\xED\xA0\x80"s, "caf\xE9"s}) {
    EXPECT_EQ(condition_of(Plain().step("\0"s + bytes + "\0secret"s)), "malformed-request");
    EXPECT_EQ(condition_of(Plain().step("\0romeo\0"s + bytes)), "malformed-request");
    EXPECT_EQ(condition_of(Plain().step(bytes + "\0romeo\0secret"s)), "malformed-request");
    EXPECT_EQ(condition_of(OauthBearer().step("n,a=" + bytes +
                                              ",\x01"
                                              "auth=Bearer abc\x01\x01")),
              "malformed-request");
    EXPECT_EQ(condition_of(Scram(ScramSetup{}).step("n,,n=" + bytes + ",r=abc")), "malformed-request");
  }
}

TEST(Mechanisms, SayWhyNobodyCanHaveAName) {
  const std::string why =
      "No account can have this name. The localpart has a character that is not allowed there: U+0040.";
  const Step plain = Plain().step("\0romeo@example.org\0secret"s);
  EXPECT_EQ(std::get<Failure>(plain).condition, Condition::not_authorized);
  EXPECT_EQ(std::get<Failure>(plain).text, why);
  const Step scram = Scram(ScramSetup{}).step("n,,n=romeo@example.org,r=abc");
  EXPECT_EQ(std::get<Failure>(scram).condition, Condition::not_authorized);
  EXPECT_EQ(std::get<Failure>(scram).text, why);
}

// Row 20 of the attack table.
TEST(Plain, RefusesMalformedData) {
  for (const std::string& data : {"romeo"s, "romeo\0"s, "\0romeo"s, "\0romeo\0"s, "\0\0secret"s, "\0\0"s,
                                  "\0romeo\0sec\0ret"s, "\0\0\0\0"s, "\0romeo\0"s + std::string(1'000'000, 'x')}) {
    EXPECT_EQ(condition_of(Plain().step(data)), "malformed-request") << data.substr(0, 40);
  }
  EXPECT_EQ(condition_of(Plain().step("\0ro meo\0x"s)), "not-authorized");
  EXPECT_EQ(condition_of(Plain().step("\0"s + std::string(1024, 'a') + "\0x"s)), "not-authorized");
  EXPECT_EQ(condition_of(Plain().step(std::string(1024, 'a') + "\0a\0x"s)), "invalid-authzid");
  // Bad base64 never gets as far as a mechanism.
  EXPECT_EQ(parse_client_data("AHJvbWVvAHg="), "\0romeo\0x"s);
  EXPECT_EQ(parse_client_data("="), "");
  EXPECT_EQ(parse_client_data(""), "");
  EXPECT_EQ(parse_client_data("\n AHJvbWVvAHg=\r\n\t"), "\0romeo\0x"s);  // some clients break lines around it
  EXPECT_EQ(parse_client_data("\n=\n"), "");
  EXPECT_EQ(parse_client_data(" "), "");
  for (const char* text : {"AHJvbWVvAHg", "AHJv bWVvAHg=", "!", "==", "AHJv\nbWVvAHg="}) {
    EXPECT_EQ(parse_client_data(text), std::nullopt) << text;
  }
}

std::string bearer(const std::string& auth) {
  return "n,,\x01"
         "auth=" +
         auth + "\x01\x01";
}

TEST(OauthBearer, AsksForTheTokenToBeVerified) {
  OauthBearer machine;  // RFC 7628 section 4.1
  const Step step = machine.step(
      "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01"
      "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01");
  ASSERT_TRUE(std::holds_alternative<VerifyToken>(step)) << condition_of(step);
  EXPECT_EQ(std::get<VerifyToken>(step).token, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
  EXPECT_EQ(std::get<VerifyToken>(step).authzid, "user@example.com");
  const Step last = machine.accept("user");
  ASSERT_TRUE(std::holds_alternative<Success>(last));
  EXPECT_EQ(std::get<Success>(last).authcid, "user");
  EXPECT_EQ(std::get<Success>(last).authzid, "user@example.com");
  EXPECT_TRUE(std::holds_alternative<VerifyToken>(OauthBearer().step(bearer("bearer abc.def"))));
}

TEST(OauthBearer, TellsInJsonBeforeItFails) {
  OauthBearer machine;
  (void)machine.step(bearer("Bearer old"));
  const Step told = machine.refuse(Condition::credentials_expired, "This token ran out 2 hours ago.");
  ASSERT_TRUE(std::holds_alternative<Challenge>(told));
  EXPECT_EQ(std::get<Challenge>(told).data, R"({"status":"invalid_token"})");
  const Step last = machine.step("\x01");
  EXPECT_EQ(condition_of(last), "credentials-expired");
  EXPECT_EQ(std::get<Failure>(last).text, "This token ran out 2 hours ago.");

  OauthBearer asking;  // an empty "auth" asks what is wanted
  EXPECT_TRUE(std::holds_alternative<Challenge>(asking.step(bearer(""))));
  EXPECT_EQ(condition_of(asking.step("\x01")), "not-authorized");

  OauthBearer stubborn;
  (void)stubborn.step(bearer("Bearer old"));
  (void)stubborn.refuse(Condition::not_authorized);
  EXPECT_EQ(condition_of(stubborn.step(bearer("Bearer new"))), "malformed-request");

  OauthBearer unlucky;
  (void)unlucky.step(bearer("Bearer x"));
  EXPECT_EQ(condition_of(unlucky.refuse(Condition::temporary_auth_failure)), "temporary-auth-failure");
}

TEST(OauthBearer, RefusesMalformedData) {
  for (const std::string& data : {"\x01"s,
                                  "n,,"s,
                                  "n\x01"s,
                                  "n,a=,\x01\x01"s,
                                  "n,b=x,\x01\x01"s,
                                  "x,,\x01\x01"s,
                                  "p=tls-exporter,,\x01\x01"s,
                                  "n,,\x01"
                                  "auth=Bearer x"s,
                                  "n,,\x01"
                                  "auth=Bearer x\x01"s,
                                  "n,,\x01"
                                  "auth=Bearer x\x01\x01junk"s,
                                  "n,,\x01"
                                  "auth=Bearer x\x01"
                                  "auth=Bearer y\x01\x01"s,
                                  "n,,\x01=x\x01\x01"s,
                                  "n,,\x01"
                                  "auth\x01\x01"s,
                                  "n,a=a,b,\x01\x01"s,
                                  "n,a==2X,\x01\x01"s,
                                  bearer("Basic abc"),
                                  bearer("Bearer"),
                                  bearer("Bearer "),
                                  bearer("Bearer a b"),
                                  bearer("Bearer ="),
                                  bearer("Bearer a\xff"),
                                  bearer("Bearer a=b")}) {
    EXPECT_EQ(condition_of(OauthBearer().step(data)), "malformed-request") << data;
  }
  EXPECT_EQ(condition_of(OauthBearer().step("n,a=" + std::string(1024, 'a') + ",\x01\x01")), "invalid-authzid");
}

TEST(Mechanisms, AreOfferedByWhatTheStreamHas) {
  Offer offer;
  offer.encrypted = true;
  offer.tokens = true;
  offer.channel_bindings = {{"tls-exporter", std::string(32, 'x'), true}};
  EXPECT_EQ(offered_mechanisms(offer),
            (Names{"SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-256",
                   "SCRAM-SHA-1", "OAUTHBEARER", "PLAIN"}));
  for (const auto name : offered_mechanisms(offer)) {
    auto made = make_mechanism(name, offer);
    ASSERT_TRUE(std::holds_alternative<std::unique_ptr<Mechanism>>(made));
    EXPECT_EQ(std::get<0>(made)->name(), name);
  }
  offer.sha512 = false;
  EXPECT_EQ(offered_mechanisms(offer),
            (Names{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "OAUTHBEARER", "PLAIN"}));
  offer.channel_bindings[0].offered = false;  // what no RFC defines is nothing to bind to
  EXPECT_EQ(offered_mechanisms(offer), (Names{"SCRAM-SHA-256", "SCRAM-SHA-1", "OAUTHBEARER", "PLAIN"}));
  offer.passwords = false;
  EXPECT_EQ(offered_mechanisms(offer), (Names{"OAUTHBEARER", "PLAIN"}));
  offer.tokens = false;
  EXPECT_TRUE(offered_mechanisms(offer).empty());
}

// Row 24 of the attack table.
TEST(Mechanisms, NeverSendASecretInTheClear) {
  Offer offer;
  offer.tokens = true;
  EXPECT_EQ(offered_mechanisms(offer), (Names{"SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1"}));
  const auto refused = [&](std::string_view name) {
    const auto made = make_mechanism(name, offer);
    return std::holds_alternative<Failure>(made) ? to_string(std::get<Failure>(made).condition) : "made";
  };
  EXPECT_STREQ(refused("PLAIN"), "encryption-required");
  EXPECT_STREQ(refused("OAUTHBEARER"), "encryption-required");
  EXPECT_STREQ(refused("SCRAM-SHA-256-PLUS"), "invalid-mechanism");
  EXPECT_STREQ(refused("DIGEST-MD5"), "invalid-mechanism");
  EXPECT_STREQ(refused("plain"), "invalid-mechanism");
  EXPECT_STREQ(refused(""), "invalid-mechanism");
}

// Row 23, through the door: -PLUS was offered, so 'y' is a lie that somebody told the client.
TEST(Mechanisms, TellScramWhatWasOffered) {
  Offer offer;
  offer.encrypted = true;
  offer.channel_bindings = {{"tls-exporter", "x", true}};
  const auto answer = [&offer](const char* message) {
    auto made = make_mechanism("SCRAM-SHA-1", offer);
    return condition_of(std::get<0>(made)->step(message));
  };
  EXPECT_EQ(answer("y,,n=romeo,r=abc"), "not-authorized");
  offer.saw_plus = "romeo";  // but for Romeo's client, which is known to have seen -PLUS
  EXPECT_EQ(answer("y,,n=romeo,r=abc"), "no failure");
  EXPECT_EQ(answer("y,,n=juliet,r=abc"), "not-authorized");
}

// The list of XEP-0474 section 5.3, whose hash the example says there.
TEST(Mechanisms, AreListedForAHash) {
  Offer offer;
  offer.encrypted = true;
  offer.sha512 = false;
  offer.channel_bindings = {
      {"tls-server-end-point", "x", true}, {"tls-unique", "x", false}, {"tls-exporter", "x", true}};
  EXPECT_EQ(list_for_hash(offer),
            "PLAIN\x1eSCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1eSCRAM-SHA-256\x1eSCRAM-SHA-256-PLUS\x1f"
            "tls-exporter\x1etls-server-end-point");
  offer.channel_bindings.clear();
  EXPECT_EQ(list_for_hash(offer), "PLAIN\x1eSCRAM-SHA-1\x1eSCRAM-SHA-256");
}

TEST(Mechanisms, ForTokensAreOfferedByWhatTheStreamHas) {
  Offer offer;
  offer.device_tokens = true;
  EXPECT_TRUE(offered_token_mechanisms(offer).empty());
  offer.encrypted = true;
  EXPECT_EQ(offered_token_mechanisms(offer), (Names{"HT-SHA-512-NONE", "HT-SHA-256-NONE"}));
  offer.channel_bindings = {{"tls-exporter", "key", true}, {"tls-unique", "unique", false}};
  EXPECT_EQ(offered_token_mechanisms(offer),
            (Names{"HT-SHA-512-EXPR", "HT-SHA-512-NONE", "HT-SHA-256-EXPR", "HT-SHA-256-NONE"}));
  for (const auto name : offered_token_mechanisms(offer)) {
    const auto made = make_token_mechanism(name, offer);
    ASSERT_TRUE(std::holds_alternative<std::unique_ptr<Mechanism>>(made));
    EXPECT_EQ(std::get<0>(made)->name(), name);
    EXPECT_TRUE(std::holds_alternative<Failure>(make_mechanism(name, offer))) << "a token is no password";
  }
  for (const char* name : {"HT-SHA-256-UNIQ", "HT-SHA-256-ENDP", "PLAIN", "SCRAM-SHA-256", ""}) {
    EXPECT_TRUE(std::holds_alternative<Failure>(make_token_mechanism(name, offer))) << name;
  }
  offer.device_tokens = false;
  EXPECT_TRUE(offered_token_mechanisms(offer).empty());
}

TEST(Mechanisms, ReadDataAsEachProfileWritesIt) {
  EXPECT_EQ(parse_sasl2_data(""), "");
  EXPECT_EQ(parse_sasl2_data(" AHJvbWVvAHg=\n"), "\0romeo\0x"s);
  EXPECT_EQ(parse_sasl2_data("="), std::nullopt);
  EXPECT_EQ(parse_client_data("="), "");
}

TEST(Mechanisms, LetNobodyActAsSomebodyElse) {
  const BareJid romeo = *BareJid::parse("romeo@one.example");
  EXPECT_TRUE(may_act_as("", romeo));
  EXPECT_TRUE(may_act_as("Romeo@One.example", romeo));
  EXPECT_FALSE(may_act_as("romeo", romeo));
  EXPECT_FALSE(may_act_as("romeo@one.example/balcony", romeo));
  EXPECT_FALSE(may_act_as("juliet@one.example", romeo));
  EXPECT_FALSE(may_act_as("romeo@two.example", romeo));  // the other tenant's Romeo
  EXPECT_FALSE(may_act_as("@", romeo));
}

TEST(Mechanisms, NameConditionsAsTheRfc) {
  EXPECT_STREQ(to_string(Condition::aborted), "aborted");
  EXPECT_STREQ(to_string(Condition::temporary_auth_failure), "temporary-auth-failure");
  EXPECT_STREQ(to_string(Condition::invalid_authzid), "invalid-authzid");
}

}  // namespace
}  // namespace teahouse::sasl::mechanisms_test
