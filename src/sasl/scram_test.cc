#include "sasl/scram.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "sasl/testing/scram_client.h"

namespace teahouse::sasl::scram_test {
namespace {

using crypto::Hash;
using testing::make_client_final;

constexpr const char* wrong_text = "The name or the password is wrong.";

ScramSetup setup(Hash hash = Hash::sha256) {
  ScramSetup made;
  made.hash = hash;
  made.fake_secret = "the server's secret";
  return made;
}

ScramSetup plus_setup(const std::string& exported) {
  ScramSetup made = setup();
  made.plus = made.plus_offered = true;
  made.channel_bindings = {{"tls-exporter", exported, true}, {"tls-unique", "finished", false}};
  return made;
}

std::string challenge_of(const Step& step) {
  const auto* challenge = std::get_if<Challenge>(&step);
  if (challenge) return challenge->data;
  const auto* failure = std::get_if<Failure>(&step);
  return failure ? std::string("failure: ") + to_string(failure->condition) : "no challenge";
}

std::string condition_of(const Step& step) {
  const auto* failure = std::get_if<Failure>(&step);
  return failure ? to_string(failure->condition) : "no failure";
}

ScramKeys keys_of(std::string_view password) { return *make_scram_keys(password, 4096, "sixteen bytes..."); }

TEST(Scram, FollowsRfc5802) {
  ScramSetup fixed = setup(Hash::sha1);
  fixed.server_nonce = "3rfcNHYJY1ZVvWVs7j";
  Scram scram(fixed);
  EXPECT_EQ(scram.name(), "SCRAM-SHA-1");
  const Step first = scram.step("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
  ASSERT_TRUE(std::holds_alternative<NeedCredentials>(first));
  EXPECT_EQ(std::get<NeedCredentials>(first).authcid, "user");
  const auto keys = make_scram_keys("pencil", 4096, *crypto::parse_base64("QSXCR+Q6sek8bf92"));
  EXPECT_EQ(challenge_of(scram.provide(*keys)),
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
  const Step last = scram.step("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
  ASSERT_TRUE(std::holds_alternative<Success>(last)) << condition_of(last);
  EXPECT_EQ(std::get<Success>(last).authcid, "user");
  EXPECT_EQ(std::get<Success>(last).authzid, "");
  EXPECT_EQ(std::get<Success>(last).server_data, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

TEST(Scram, FollowsRfc7677) {
  ScramSetup fixed = setup(Hash::sha256);
  fixed.server_nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  Scram scram(fixed);
  EXPECT_EQ(scram.name(), "SCRAM-SHA-256");
  ASSERT_TRUE(std::holds_alternative<NeedCredentials>(scram.step("n,,n=user,r=rOprNGfwEbeRWgbNEkqO")));
  const auto keys = make_scram_keys("pencil", 4096, *crypto::parse_base64("W22ZaJ0SNY7soEsUEjb6gQ=="));
  EXPECT_EQ(challenge_of(scram.provide(*keys)),
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  const Step last = scram.step(
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  ASSERT_TRUE(std::holds_alternative<Success>(last)) << condition_of(last);
  EXPECT_EQ(std::get<Success>(last).server_data, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

// The attributes of XEP-0474's example (section 5.3), whose proof is another password's.
TEST(Scram, TellsTheHashOfWhatWasOffered) {
  ScramSetup fixed = setup(Hash::sha1);
  fixed.advertised = "SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1ftls-exporter\x1etls-server-end-point";
  fixed.server_nonce = "a09117a6-ac50-4f2f-93f1-93799c2bddf6";
  Scram scram(fixed);
  (void)scram.step("n,,n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6");
  const auto keys = make_scram_keys("pencil", 4096, *crypto::parse_base64("QSXCR+Q6sek8bf92"));
  const std::string server_first = challenge_of(scram.provide(*keys));
  EXPECT_EQ(server_first,
            "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6,s=QSXCR+Q6sek8bf92,i=4096,"
            "h=G6k/rBLDqgOhRRaCuuatSDFkJ08=");
  const std::string first_bare = "n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6";
  Scram same(fixed);
  (void)same.step("n,," + first_bare);
  (void)same.provide(*keys);
  const Step last = scram.step(make_client_final(Hash::sha1, "pencil", first_bare, server_first, "n,,"));
  EXPECT_TRUE(std::holds_alternative<Success>(last)) << condition_of(last);
  // One who changes the hash on the way changes what the proof signs.
  std::string changed = server_first;
  changed.replace(changed.find(",h=") + 3, 1, "H");
  EXPECT_EQ(condition_of(same.step(make_client_final(Hash::sha1, "pencil", first_bare, changed, "n,,"))),
            "not-authorized");
}

// The challenge of XEP-0515's example (section 4.3).
TEST(Scram, TellsTheVersionOfTls) {
  ScramSetup fixed = setup(Hash::sha1);
  fixed.advertised = "SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1ftls-exporter\x1etls-server-end-point";
  fixed.tls_version = "0304";
  fixed.server_nonce = "a09117a6-ac50-4f2f-93f1-93799c2bddf6";
  const std::string first_bare = "n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6";
  const auto keys = make_scram_keys("pencil", 4096, *crypto::parse_base64("QSXCR+Q6sek8bf92"));
  for (const char* version : {"0304", "0303"}) {
    Scram scram(fixed);
    (void)scram.step("n,," + first_bare);
    std::string server_first = challenge_of(scram.provide(*keys));
    EXPECT_EQ(server_first,
              "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6,s=QSXCR+Q6sek8bf92,i=4096,"
              "h=G6k/rBLDqgOhRRaCuuatSDFkJ08=,t=0304");
    server_first.replace(server_first.size() - 4, 4, version);  // as somebody on the way may write it
    const Step last = scram.step(make_client_final(Hash::sha1, "pencil", first_bare, server_first, "n,,"));
    EXPECT_EQ(std::holds_alternative<Success>(last), version == std::string("0304")) << condition_of(last);
  }
}

TEST(Scram, SpeaksSha512) {
  const auto keys = make_scram_keys("pencil", 4096, "sixteen bytes...");
  ASSERT_EQ(keys->pairs.stored_key_sha512.size(), 64U);
  for (const char* password : {"pencil", "Pencil"}) {
    Scram scram(setup(Hash::sha512));
    EXPECT_EQ(scram.name(), "SCRAM-SHA-512");
    (void)scram.step("n,,n=user,r=abc");
    const std::string server_first = challenge_of(scram.provide(*keys));
    const Step last = scram.step(make_client_final(Hash::sha512, password, "n=user,r=abc", server_first, "n,,"));
    EXPECT_EQ(std::holds_alternative<Success>(last), password == std::string("pencil"));
  }
  // Keys from before SHA-512 let nobody in by it.
  ScramKeys older = *keys;
  older.pairs.stored_key_sha512.clear();
  older.pairs.server_key_sha512.clear();
  Scram scram(setup(Hash::sha512));
  (void)scram.step("n,,n=user,r=abc");
  const std::string server_first = challenge_of(scram.provide(older));
  EXPECT_EQ(condition_of(scram.step(make_client_final(Hash::sha512, "pencil", "n=user,r=abc", server_first, "n,,"))),
            "not-authorized");
  EXPECT_EQ(complete_keys(older, "pencil"), *keys);
  EXPECT_EQ(complete_keys(*keys, "pencil"), std::nullopt);
}

TEST(Scram, TellsTheAuthzidAndNormalisesTheName) {
  Scram scram(setup());
  const std::string bare = "n=Ro=3Dmeo,r=abc,x=passed over";
  const Step first = scram.step("n,a=ro=3Dmeo@example.org," + bare);
  EXPECT_EQ(std::get<NeedCredentials>(first).authcid, "ro=meo");
  const std::string server_first = challenge_of(scram.provide(keys_of("pw")));
  const Step last = scram.step(make_client_final(Hash::sha256, "pw", bare, server_first, "n,a=ro=3Dmeo@example.org,"));
  ASSERT_TRUE(std::holds_alternative<Success>(last)) << condition_of(last);
  EXPECT_EQ(std::get<Success>(last).authzid, "ro=meo@example.org");
}

TEST(Scram, RefusesAWrongPassword) {
  Scram scram(setup());
  (void)scram.step("n,,n=romeo,r=abc");
  const std::string server_first = challenge_of(scram.provide(keys_of("right")));
  const Step last = scram.step(make_client_final(Hash::sha256, "wrong", "n=romeo,r=abc", server_first, "n,,"));
  EXPECT_EQ(condition_of(last), "not-authorized");
  EXPECT_EQ(std::get<Failure>(last).text, wrong_text);
}

TEST(Scram, DoesNotShowWhetherAnAccountExists) {
  const auto start = [](const std::string& name, Hash hash, const char* secret) {
    ScramSetup made = setup(hash);
    made.fake_secret = secret;
    made.server_nonce = "XYZ";
    Scram scram(made);
    (void)scram.step("n,,n=" + name + ",r=abc");
    return challenge_of(scram.provide(std::nullopt));
  };
  const std::string nobody = start("nobody", Hash::sha256, "a");
  EXPECT_EQ(nobody, start("nobody", Hash::sha256, "a"));  // the same each time,
  EXPECT_EQ(nobody, start("NOBODY", Hash::sha256, "a"));  // however it is spelled,
  EXPECT_EQ(nobody, start("nobody", Hash::sha1, "a"));    // under either hash,
  EXPECT_NE(nobody, start("nobody2", Hash::sha256, "a"));
  EXPECT_NE(nobody, start("nobody", Hash::sha256, "b"));
  const auto real = make_scram_keys("pw");
  EXPECT_EQ(real->salt.size(), scram_salt_bytes);  // and with a salt of the usual size.
  EXPECT_NE(nobody.find(",i=10000"), std::string::npos);

  Scram scram(setup());
  (void)scram.step("n,,n=nobody,r=abc");
  const std::string server_first = challenge_of(scram.provide(std::nullopt));
  const Step last = scram.step(make_client_final(Hash::sha256, "guess", "n=nobody,r=abc", server_first, "n,,"));
  EXPECT_EQ(condition_of(last), "not-authorized");
  EXPECT_EQ(std::get<Failure>(last).text, wrong_text);
}

// Somebody who knows the made-up salt and even the made-up stored key still gets nowhere.
TEST(Scram, NeverLetsNobodyIn) {
  Scram scram(setup());
  (void)scram.step("n,,n=nobody,r=abc");
  const std::string server_first = challenge_of(scram.provide(std::nullopt));
  const std::string nonce = server_first.substr(2, server_first.find(",s=") - 2);
  const std::string proof = crypto::to_base64(std::string(32, '\0'));
  EXPECT_EQ(condition_of(scram.step("c=biws,r=" + nonce + ",p=" + proof)), "not-authorized");
}

TEST(Scram, RefusesEmptyStoredKeys) {
  ScramKeys empty;
  empty.iterations = 4096;
  empty.salt = "salt";
  for (const Hash hash : {Hash::sha1, Hash::sha256}) {
    Scram scram(setup(hash));
    (void)scram.step("n,,n=romeo,r=abc");
    const std::string server_first = challenge_of(scram.provide(empty));
    EXPECT_NE(server_first.find(",s=" + crypto::to_base64("salt") + ","), std::string::npos);
    EXPECT_EQ(condition_of(scram.step(make_client_final(hash, "", "n=romeo,r=abc", server_first, "n,,"))),
              "not-authorized");
  }
  EXPECT_FALSE(check_password(empty, ""));
  EXPECT_FALSE(check_password(empty, "x"));
}

TEST(Scram, RefusesCheapIterations) {
  ScramKeys cheap = keys_of("pw");
  cheap.iterations = 1;
  Scram scram(setup());
  (void)scram.step("n,,n=romeo,r=abc");
  EXPECT_EQ(condition_of(scram.provide(cheap)), "temporary-auth-failure");
}

TEST(Scram, RefusesMalformedFirstMessages) {
  for (const char* message : {"n",
                              "n,",
                              "n,,",
                              "x,,n=romeo,r=abc",
                              ",,n=romeo,r=abc",
                              "n,,n=romeo",
                              "n,,r=abc",
                              "n,,r=abc,n=romeo",
                              "n,,n=,r=abc",
                              "n,,n=romeo,r=",
                              "n,,m=ext,n=romeo,r=abc",
                              "n,a=,n=romeo,r=abc",
                              "n,b=x,n=romeo,r=abc",
                              "n,,n=ro=2Dmeo,r=abc",
                              "n,,n=ro=,r=abc",
                              "n,,n=romeo,r=a c",
                              "n,,n=romeo,r=a\x7f",
                              "n,,n=romeo,r=abc,",
                              "n,,n=romeo,r=abc,1=x",
                              "n,,n=romeo,r=abc,x",
                              "p=tls-exporter,,n=romeo,r=abc",
                              "p=,,n=romeo,r=abc",
                              "romeo\tpassword"}) {
    Scram scram(setup());
    EXPECT_EQ(condition_of(scram.step(message)), "malformed-request") << message;
  }
  EXPECT_EQ(condition_of(Scram(setup()).step(std::string_view("n,,n=ro\0meo,r=abc", 17))), "malformed-request");
  EXPECT_EQ(condition_of(Scram(setup()).step("n,,n=romeo,r=" + std::string(2000, 'r'))), "malformed-request");
  EXPECT_EQ(condition_of(Scram(setup()).step("n,a=" + std::string(1024, 'a') + ",n=romeo,r=abc")), "invalid-authzid");
  EXPECT_EQ(condition_of(Scram(setup()).step("n,,n=ro meo,r=abc")), "not-authorized");
  EXPECT_EQ(condition_of(Scram(setup()).step("n,,n=" + std::string(1024, 'a') + ",r=abc")), "not-authorized");
  EXPECT_EQ(condition_of(Scram(setup()).step("n,,n=\xff,r=abc")), "malformed-request");
  EXPECT_EQ(condition_of(Scram(setup()).step(std::string(65537, 'n'))), "malformed-request");
}

// Row 22 of the attack table: each change of a good last message, and its condition.
TEST(Scram, RefusesChangedLastMessages) {
  const auto answer = [](const std::function<std::string(std::string)>& change) {
    ScramSetup fixed = setup();
    fixed.server_nonce = "XYZ";
    Scram scram(fixed);
    (void)scram.step("n,,n=romeo,r=abc");
    const std::string server_first = challenge_of(scram.provide(keys_of("pw")));
    const Step last = scram.step(change(make_client_final(Hash::sha256, "pw", "n=romeo,r=abc", server_first, "n,,")));
    return std::holds_alternative<Success>(last) ? std::string("success") : condition_of(last);
  };
  const auto replace = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_EQ(answer([](std::string m) { return m; }), "success");
  EXPECT_EQ(answer([&](std::string m) { return replace(m, "r=abcXYZ", "r=abcXYz"); }), "not-authorized");
  EXPECT_EQ(answer([&](std::string m) { return replace(m, "r=abcXYZ", "r=abc"); }), "not-authorized");
  EXPECT_EQ(answer([&](std::string m) { return replace(m, "r=abcXYZ", "r="); }), "not-authorized");
  EXPECT_EQ(answer([&](std::string m) { return replace(m, "c=biws,", ""); }), "malformed-request");
  EXPECT_EQ(answer([&](std::string m) { return replace(m, "c=biws", "c="); }), "not-authorized");
  EXPECT_EQ(answer([&](std::string m) { return replace(m, "c=biws", "c=eSws"); }), "not-authorized");  // "y,,"
  EXPECT_EQ(answer([&](std::string m) { return replace(m, "c=biws", "c=biwsAAAA"); }), "not-authorized");
  EXPECT_EQ(answer([&](std::string m) { return replace(m, "c=biws", "c=!"); }), "malformed-request");
  EXPECT_EQ(answer([&](std::string m) { return replace(m, ",p=", ",x=1,p="); }),
            "not-authorized");  // the proof signs it
  EXPECT_EQ(answer([&](std::string m) { return replace(m, ",p=", ",m=1,q,p="); }), "malformed-request");
  EXPECT_EQ(answer([](std::string m) { return m.substr(0, m.find(",p=")); }), "malformed-request");
  EXPECT_EQ(answer([](std::string m) { return m.substr(0, m.find(",p=") + 3); }), "malformed-request");
  EXPECT_EQ(answer([](std::string m) { return m + "AAAA"; }), "malformed-request");
  EXPECT_EQ(answer([](std::string m) { return m + ",x=1"; }), "malformed-request");
  EXPECT_EQ(answer([](std::string) { return std::string(); }), "malformed-request");
  EXPECT_EQ(answer([](std::string) { return std::string("n,,n=romeo,r=abc"); }), "malformed-request");
}

TEST(Scram, RefusesAReplay) {
  Scram first(setup());
  (void)first.step("n,,n=romeo,r=abc");
  const std::string server_first = challenge_of(first.provide(keys_of("pw")));
  const std::string message = make_client_final(Hash::sha256, "pw", "n=romeo,r=abc", server_first, "n,,");
  EXPECT_TRUE(std::holds_alternative<Success>(first.step(message)));
  EXPECT_EQ(condition_of(first.step(message)), "malformed-request");  // the same machine is spent
  Scram second(setup());
  (void)second.step("n,,n=romeo,r=abc");
  (void)second.provide(keys_of("pw"));
  EXPECT_EQ(condition_of(second.step(message)), "not-authorized");  // and another has another nonce
}

// Row 23 of the attack table.
TEST(Scram, NoticesADowngrade) {
  ScramSetup offered = setup();
  offered.plus_offered = true;
  EXPECT_EQ(condition_of(Scram(offered).step("y,,n=romeo,r=abc")), "not-authorized");
  EXPECT_TRUE(std::holds_alternative<NeedCredentials>(Scram(offered).step("n,,n=romeo,r=abc")));
  EXPECT_TRUE(std::holds_alternative<NeedCredentials>(Scram(setup()).step("y,,n=romeo,r=abc")));
  offered.saw_plus = "juliet";
  EXPECT_EQ(condition_of(Scram(offered).step("y,,n=romeo,r=abc")), "not-authorized");
  EXPECT_TRUE(std::holds_alternative<NeedCredentials>(Scram(offered).step("y,,n=Juliet,r=abc")));
}

TEST(Scram, BindsToTheChannel) {
  const std::string exported(32, '\x07');
  const std::string header = "p=tls-exporter,,";
  const auto last = [&](const std::string& client_exported, const std::string& client_header) {
    Scram scram(plus_setup(exported));
    EXPECT_EQ(scram.name(), "SCRAM-SHA-256-PLUS");
    (void)scram.step(header + "n=romeo,r=abc");
    const std::string server_first = challenge_of(scram.provide(keys_of("pw")));
    return scram.step(
        make_client_final(Hash::sha256, "pw", "n=romeo,r=abc", server_first, client_header + client_exported));
  };
  EXPECT_TRUE(std::holds_alternative<Success>(last(exported, header)));
  EXPECT_EQ(condition_of(last(std::string(32, '\x08'), header)), "not-authorized");  // a man in the middle's TLS
  EXPECT_EQ(condition_of(last("", header)), "not-authorized");
  EXPECT_EQ(condition_of(last(exported, "n,,")), "not-authorized");
  for (const char* flag : {"n", "y", "p=tls-server-end-point", "p=", "p=tls-exporter2"}) {
    EXPECT_EQ(condition_of(Scram(plus_setup(exported)).step(std::string(flag) + ",,n=romeo,r=abc")),
              "malformed-request");
  }
}

// Over TLS 1.3 no RFC defines tls-unique, but clients on OpenSSL bind by it: nobody gets in so. A client that would
// have, but for that, has been offered -PLUS, with nobody in between.
TEST(Scram, LearnsFromABindingThatIsNotOfferedWhoSawPlus) {
  const auto last = [](const char* password, const std::string& binding) {
    Scram scram(plus_setup("exported"));
    (void)scram.step("p=tls-unique,,n=romeo,r=abc");
    const std::string server_first = challenge_of(scram.provide(keys_of("pw")));
    return std::get<Failure>(scram.step(
        make_client_final(Hash::sha256, password, "n=romeo,r=abc", server_first, "p=tls-unique,," + binding)));
  };
  EXPECT_EQ(last("pw", "finished").condition, Condition::malformed_request);
  EXPECT_EQ(last("pw", "finished").saw_plus, "romeo");
  EXPECT_EQ(last("guess", "finished").condition, Condition::not_authorized);  // a guess is a guess, by any binding
  EXPECT_EQ(last("guess", "finished").saw_plus, "");
  EXPECT_EQ(last("pw", "another's").condition, Condition::not_authorized);  // somebody between has a TLS of their own
  EXPECT_EQ(last("pw", "another's").saw_plus, "");
}

TEST(Scram, GoesByTurns) {
  Scram scram(setup());
  EXPECT_EQ(challenge_of(scram.start()), "");  // <auth/> without data
  EXPECT_EQ(condition_of(scram.step("")), "malformed-request");

  Scram hasty(setup());
  (void)hasty.step("n,,n=romeo,r=abc");
  EXPECT_EQ(condition_of(hasty.step("c=biws,r=abc,p=")), "malformed-request");
  EXPECT_EQ(condition_of(hasty.provide(keys_of("pw"))), "temporary-auth-failure");  // the answer that came too late
  EXPECT_EQ(condition_of(hasty.step("n,,n=romeo,r=abc")), "malformed-request");
}

}  // namespace
}  // namespace teahouse::sasl::scram_test
