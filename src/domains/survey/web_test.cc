// Files of web servers, which are strangers'.
#include "domains/survey/web.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::survey::web_test {
namespace {

http::ClientResponse page(std::string body, bool cors = true) {
  http::ClientResponse response{200, {}, std::move(body)};
  if (cors) response.headers.add("Access-Control-Allow-Origin", "*");
  return response;
}

std::string xrd(const std::string& links) {
  return "<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>" + links +
         "</XRD>\n";
}

std::vector<Finding> judge_xml(const WebAnswer& answer) {
  Survey survey;
  judge_host_meta(survey, "https://a.example/.well-known/host-meta", answer);
  return survey.findings;
}
std::vector<Finding> judge_json(const WebAnswer& answer) {
  Survey survey;
  judge_host_meta_json(survey, "https://a.example/.well-known/host-meta.json", answer);
  return survey.findings;
}

TEST(SurveyWeb, NamesTheWaysOfHostMeta) {
  const auto found =
      judge_xml(page(xrd("<Link rel='urn:xmpp:alt-connections:websocket' href='wss://a.example/ws'/><Link rel='x'/>")));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].told, "It names websocket at wss://a.example/ws.");
  EXPECT_EQ(found[0].verdict, Verdict::good);
}

TEST(SurveyWeb, AWayWithoutTlsIsBad) {
  EXPECT_EQ(
      judge_xml(page(xrd("<Link rel='urn:xmpp:alt-connections:websocket' href='ws://a.example/ws'/>")))[0].verdict,
      Verdict::bad);
  EXPECT_EQ(judge_json(page(R"({"links":[{"rel":"urn:xmpp:alt-connections:xbosh","href":"http://a.example/b"}]})"))[0]
                .verdict,
            Verdict::bad);
}

TEST(SurveyWeb, TellsOfHostMeta2AndOfCors) {
  const auto found = judge_json(page(
      R"({"xmpp":{"ttl":300},"links":[{"rel":"urn:xmpp:alt-connections:s2s-tls","port":443,"ips":["192.0.2.1"]}]})",
      false));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].verdict, Verdict::warn);
  EXPECT_EQ(found[1].told, "It names s2s-tls.");
  EXPECT_EQ(found[2].told, "It is one of Host Meta 2 (XEP-0487).");
}

TEST(SurveyWeb, AFileThatIsNotThereIsNoMistake) {
  EXPECT_EQ(judge_xml(http::ClientResponse{404, {}, "no"})[0].verdict, Verdict::note);
  EXPECT_EQ(judge_xml(http::ClientResponse{302, {}, ""})[0].verdict, Verdict::note);
  EXPECT_EQ(judge_xml(Error{ErrorKind::forbidden, "it is private"})[0].verdict, Verdict::warn);
}

TEST(SurveyWeb, RubbishIsToldAsSuchAndShort) {
  for (const std::string& rubbish : {std::string(), std::string("<html>"), std::string(200'000, '['),
                                     std::string("{\"links\":") + std::string(5000, '['),
                                     xrd("<!DOCTYPE a [<!ENTITY b 'c'>]>"), std::string("\xff\xfe\0", 3)}) {
    for (const auto& found : {judge_xml(page(rubbish)), judge_json(page(rubbish))}) {
      ASSERT_EQ(found.size(), 1U);
      EXPECT_GE(found[0].verdict, Verdict::note);
      EXPECT_LE(found[0].told.size(), 500U);
    }
  }
  std::string links;
  for (int i = 0; i < 2000; ++i)
    links += "<Link rel='urn:xmpp:alt-connections:\x7f" + std::to_string(i) + "' href='wss://x/'/>";
  EXPECT_LE(judge_xml(page(xrd(links))).front().told.size(), 4000U);
}

TEST(SurveyWeb, PoshIsHeldAgainstTheCertificates) {
  const std::string own = crypto::to_base64(crypto::sha256("certificate"));
  const auto judge = [&](const WebAnswer& answer, std::vector<std::vector<std::string>> chains) {
    Survey survey;
    judge_posh(survey, "https://a.example/.well-known/posh/xmpp-server.json", answer, chains);
    return survey.findings;
  };
  const auto file = page(R"({"fingerprints":[{"sha-256":")" + own + R"("}],"expires":60})");
  EXPECT_EQ(judge(file, {{"certificate"}})[0].verdict, Verdict::good);
  EXPECT_EQ(judge(file, {{"certificate"}, {"another"}})[0].verdict, Verdict::warn);
  EXPECT_EQ(judge(file, {})[0].verdict, Verdict::untried);
  EXPECT_EQ(judge(page("{}"), {{"certificate"}})[0].verdict, Verdict::warn);
  EXPECT_TRUE(judge(http::ClientResponse{404, {}, ""}, {{"certificate"}}).empty());
}

}  // namespace
}  // namespace teahouse::survey::web_test
