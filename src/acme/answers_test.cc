// Answers of authorities, and of those that are none.
#include "acme/answers.h"

#include <gtest/gtest.h>

namespace teahouse::acme::answers_test {
namespace {

TEST(AcmeAnswers, ADirectoryHasItsThreeAddresses) {
  const auto read = read_directory(
      R"({"newNonce":"https://ca/n","newAccount":"https://ca/a","newOrder":"https://ca/o","renewalInfo":"https://ca/r",
          "meta":{"profiles":{"shortlived":"x"},"externalAccountRequired":true},"strange":[1,{"a":null}]})");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->renewal_info, "https://ca/r");
  EXPECT_EQ(read->profiles, std::vector<std::string>{"shortlived"});
  EXPECT_TRUE(read->external_account_required);
  for (const char* bad : {"", "{", "[]", "\"x\"", "{}", R"({"newNonce":"https://ca/n","newAccount":"https://ca/a"})",
                          R"({"newNonce":"http://ca/n","newAccount":"https://ca/a","newOrder":"https://ca/o"})"}) {
    EXPECT_FALSE(read_directory(bad)) << bad;
  }
}

TEST(AcmeAnswers, AreOfHttpsOrOfThisMachine) {
  for (const char* good :
       {"https://ca.example/x", "http://127.0.0.1:14000/dir", "http://[::1]:1/", "http://localhost:1/"}) {
    EXPECT_TRUE(is_good_url(good)) << good;
  }
  for (const char* bad : {"", "http://ca.example/", "http://127.0.0.1.evil.example/", "ftp://x/", "https://a b/",
                          "https://a/\r\nX: y", "file:///etc/passwd"}) {
    EXPECT_FALSE(is_good_url(bad)) << bad;
  }
  EXPECT_FALSE(is_good_url("https://" + std::string(3000, 'a')));
}

TEST(AcmeAnswers, AnOrderAndItsAuthorizationsAreWhole) {
  const auto order = read_order(
      R"({"status":"valid","finalize":"https://ca/f","certificate":"https://ca/c","authorizations":["https://ca/1"]})");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->status, Status::valid);
  EXPECT_FALSE(read_order(R"({"status":"valid","finalize":"https://ca/f"})"));
  EXPECT_FALSE(read_order(R"({"status":"strange","finalize":"https://ca/f"})"));
  EXPECT_FALSE(read_order(R"({"status":"ready","finalize":"https://ca/f","authorizations":["gopher://x"]})"));
  std::string many = R"({"status":"ready","finalize":"https://ca/f","authorizations":["https://ca/1")";
  for (int i = 0; i < 30; ++i) many += ",\"https://ca/1\"";
  EXPECT_FALSE(read_order(many + "]}"));
  const auto authorization = read_authorization(
      R"({"status":"invalid","identifier":{"type":"dns","value":"shop.example"},"challenges":[{"type":"http-01",
          "url":"https://ca/h","token":"a-b_C","error":{"type":"urn:ietf:params:acme:error:dns","detail":"no A"}}]})");
  ASSERT_TRUE(authorization);
  EXPECT_EQ(authorization->error(), "dns: no A");
  for (const char* token : {"../../etc", "a/b", "a b", "a\\u0000"}) {
    EXPECT_FALSE(read_authorization(
        std::string(R"({"status":"pending","identifier":{"value":"x"},"challenges":[{"type":"http-01",)") +
        R"("url":"https://ca/h","token":")" + token + "\"}]}"))
        << token;
  }
}

TEST(AcmeAnswers, AProblemIsToldInPrintableWords) {
  EXPECT_EQ(read_problem(400, R"({"type":"urn:ietf:params:acme:error:badNonce","detail":"old"})").type, "badNonce");
  EXPECT_EQ(read_problem(502, "<html>bad gateway</html>").text, "the authority answers 502");
  EXPECT_EQ(read_problem(400, "{\"detail\":\"a\\u001b[2Jb\\n\"}").text, "a?[2Jb?");
  EXPECT_LE(read_problem(400, "{\"detail\":\"" + std::string(9000, 'x') + "\"}").text.size(), 300U);
}

TEST(AcmeAnswers, TimesAreReadStrictly) {
  const auto window =
      read_renewal_info(R"({"suggestedWindow":{"start":"2026-01-02T04:00:00Z","end":"2026-01-03T06:00:00.5+02:00"}})");
  ASSERT_TRUE(window);
  EXPECT_EQ(window->start_ms, 1'767'326'400'000);
  EXPECT_EQ(window->end_ms, 1'767'412'800'000);
  for (const char* bad : {R"({})", R"({"suggestedWindow":{"start":"x","end":"y"}})",
                          R"({"suggestedWindow":{"start":"2026-01-03T00:00:00Z","end":"2026-01-02T00:00:00Z"}})",
                          R"({"suggestedWindow":{"start":"2026-01-03","end":"2026-01-02T00:00:00Z"}})"}) {
    EXPECT_FALSE(read_renewal_info(bad)) << bad;
  }
  EXPECT_EQ(read_retry_after_ms("120", 0), 120'000);
  EXPECT_EQ(read_retry_after_ms("99999999", 0), 7 * 86'400'000LL);
  EXPECT_EQ(read_retry_after_ms("Fri, 02 Jan 2026 04:00:10 GMT", 1'767'326'400'000), 10'000);
  EXPECT_EQ(read_retry_after_ms("soon", 0), 0);
  EXPECT_EQ(read_retry_after_ms("-5", 0), 0);
}

}  // namespace
}  // namespace teahouse::acme::answers_test
