#include "files/s3/settings.h"

#include <gtest/gtest.h>

#include <functional>

namespace teahouse::s3::settings_test {
namespace {

S3Settings good() {
  S3Settings settings;
  settings.endpoint = "https://s3.example";
  settings.bucket = "tea";
  settings.access_key = "id";
  settings.secret = "asecret/of+ours";
  return settings;
}

std::string refusal(const std::function<void(S3Settings&)>& change) {
  S3Settings settings = good();
  change(settings);
  const auto checked = check(settings);
  EXPECT_TRUE(checked || checked.error().text.find(settings.secret) == std::string::npos || settings.secret.empty());
  return checked ? "" : checked.error().text.substr(0, checked.error().text.find(" needs"));
}

TEST(S3Settings, AreTakenAsPeopleWriteThem) {
  S3Settings settings = good();
  settings.endpoint = "https://s3.example/";
  settings.prefix = "teahouse/files";
  const auto checked = check(settings);
  ASSERT_TRUE(checked);
  EXPECT_EQ(name_place(*checked), "s3 https://s3.example/tea/teahouse/files/");
  settings.prefix = "teahouse/files/";
  EXPECT_EQ(name_place(check(settings).value()), name_place(*checked));
  EXPECT_EQ(check(good())->prefix, "");
}

TEST(S3Settings, EachThatIsWrongIsNamed) {
  for (const char* endpoint : {"", "s3.example", "ftp://s3.example", "https://s3.example/tea", "https://s3.example?a",
                               "https://user@s3.example", "http://s3.example", "http://10.0.0.1:9000"}) {
    EXPECT_EQ(refusal([&](auto& s) { s.endpoint = endpoint; }), "The setting 'files.s3.endpoint'") << endpoint;
  }
  for (const char* bucket : {"", "ab", "Tea", "tea/leaves", "-tea", "tea-", "a..b", "tea house"}) {
    EXPECT_EQ(refusal([&](auto& s) { s.bucket = bucket; }), "The setting 'files.s3.bucket'") << bucket;
  }
  for (const char* prefix : {"//", "/tea", "tea//house", "..", "tea/../house", "tea?x", "t\xc3\xa9", "a b"}) {
    EXPECT_EQ(refusal([&](auto& s) { s.prefix = prefix; }), "The setting 'files.s3.prefix'") << prefix;
  }
  EXPECT_EQ(refusal([](auto& s) { s.region = "EU West"; }), "The setting 'files.s3.region'");
  EXPECT_EQ(refusal([](auto& s) { s.access_key = ""; }), "The setting 'files.s3.access_key'");
  EXPECT_EQ(refusal([](auto& s) { s.access_key = "a/b"; }), "The setting 'files.s3.access_key'");
  EXPECT_EQ(refusal([](auto& s) { s.secret = ""; }), "The setting 'files.s3.secret_file'");
  EXPECT_EQ(refusal([](auto& s) { s.secret = "two\nlines"; }), "The setting 'files.s3.secret_file'");
  EXPECT_EQ(refusal([](auto& s) {
              s.bucket = "tea.house";
              s.path_style = false;
            }),
            "The setting 'files.s3.path_style'");
}

TEST(S3Settings, HttpIsForThisMachineUnlessTheyAreTold) {
  for (const char* endpoint : {"http://127.0.0.1:9000", "http://[::1]:9000", "http://localhost:9000"}) {
    EXPECT_EQ(refusal([&](auto& s) { s.endpoint = endpoint; }), "") << endpoint;
  }
  EXPECT_EQ(refusal([](auto& s) {
              s.endpoint = "http://10.0.0.1:9000";
              s.allow_http = true;
            }),
            "");
}

}  // namespace
}  // namespace teahouse::s3::settings_test
