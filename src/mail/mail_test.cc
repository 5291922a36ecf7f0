#include "mail/mail.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "mail/smtp.h"
#include "mail/templates.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::mail::mail_test {
namespace {

constexpr int64_t at_ms = 1'764'504'000'000;  // 2025-11-30T12:00:00Z

Result<std::string> write(const std::string& to, const std::string& subject, const std::string& text = "x") {
  return write_message({to, subject, text}, "chat@im.example", "id1", at_ms);
}

TEST(Mail, IsAMessage) {
  const auto message = write("ann@shop.example", "Hello", "one\ntwo");
  ASSERT_TRUE(message);
  EXPECT_EQ(
      *message,
      "From: <chat@im.example>\r\nTo: <ann@shop.example>\r\nSubject: =?utf-8?B?SGVsbG8=?=\r\n"
      "Date: Sun, 30 Nov 2025 12:00:00 +0000\r\nMessage-ID: <id1@im.example>\r\nAuto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
          crypto::to_base64("one\r\ntwo") + "\r\n");
}

TEST(Mail, SubjectsAreFoldedBetweenCharacters) {
  std::string subject;
  for (int i = 0; i < 60; ++i) subject += "茶";
  const auto message = write("ann@shop.example", subject);
  ASSERT_TRUE(message);
  std::string decoded;
  size_t line = 0;
  for (size_t at = 0; at < message->size(); at = line + 2) {
    line = message->find("\r\n", at);
    EXPECT_LE(line - at, 90U);
    const std::string_view text = std::string_view(*message).substr(at, line - at);
    const size_t word = text.find("=?utf-8?B?");
    if (word == text.npos) continue;
    const auto part = crypto::parse_base64(text.substr(word + 10, text.rfind("?=") - word - 10));
    ASSERT_TRUE(part);
    EXPECT_EQ(part->size() % 3, 0U);  // of whole characters
    decoded += *part;
  }
  EXPECT_EQ(decoded, subject);
}

TEST(Mail, NoNameIsAnotherHeader) {
  for (const char* to : {"ann@shop.example\r\nBcc: all@shop.example", "ann@shop.example>,<bob@shop.example", "ann", "@",
                         "", "ann@shop.example\n", "a b@shop.example", "anné@shop.example", "\"a\"@shop.example",
                         "ann@shop.example, bob@shop.example", "ann@shop.example\t", "<ann@shop.example>"}) {
    EXPECT_FALSE(write(to, "Hello")) << to;
  }
  for (const char* subject : {"a\r\nBcc: all@shop.example", "a\nb", "a\rb", "a\x7f", "a\tb", "\xff"}) {
    EXPECT_FALSE(write("ann@shop.example", subject)) << subject;
  }
  EXPECT_FALSE(write("ann@shop.example", std::string(501, 'a')));
  EXPECT_FALSE(write("ann@shop.example", "a", std::string(64 * 1024 + 1, 'a')));
  EXPECT_TRUE(write("ann@bücher.example", "a")->find("To: <ann@xn--bcher-kva.example>\r\n") != std::string::npos);
}

TEST(Mail, SettingsAreChecked) {
  const auto checked = [](const std::string& server, const std::string& from = "chat@im.example",
                          const std::string& user = {}, const std::string& password = {}) {
    return check({server, from, user, password});
  };
  EXPECT_EQ(checked("smtp://mail.example")->server, "smtp://mail.example:587");
  EXPECT_EQ(checked("smtps://mail.example")->server, "smtps://mail.example:465");
  EXPECT_EQ(checked("smtps://[2001:db8::1]")->server, "smtps://[2001:db8::1]:465");
  EXPECT_EQ(checked("smtp://[::1]:25")->server, "smtp://[::1]:25");
  EXPECT_TRUE(checked("smtp://mail.example:2525", "chat@im.example", "me", "pw"));
  for (const char* wrong : {"mail.example", "http://mail.example", "smtp://", "smtp://mail.example/x",
                            "smtp://me:pw@mail.example", "smtp://mail.example\r\nQUIT", "smtp:// mail.example"}) {
    EXPECT_FALSE(checked(wrong)) << wrong;
  }
  EXPECT_FALSE(checked("smtp://mail.example", "chat"));
  EXPECT_FALSE(checked("smtp://mail.example", "chat@im.example", "me"));
  EXPECT_FALSE(checked("smtp://mail.example", "chat@im.example", "", "pw"));
}

TEST(Mail, TellsOwnersOfEachLimitInBothLanguages) {
  testing::TenantWorld world;
  const auto shop =
      world.try_tenant({"shop",
                        "shop.example",
                        {},
                        {{"contacts", std::vector<std::string>{"admin=https://shop.example/help",
                                                               "admin=mailto:owner@shop.example?subject=Chat",
                                                               "abuse=mailto:abuse@shop.example"}}}});
  ASSERT_TRUE(shop);
  EXPECT_EQ(owner_address(**shop), "owner@shop.example");
  EXPECT_EQ(owner_address(*world.make_tenant("forum", "forum.example")), "");
  for (const UsageLine& line : usage(**shop)) {
    if (!line.used) continue;
    Quota quota{*shop, line, 80};
    quota.line.used = 8;
    quota.line.limit = 10;
    Mail mail = make_quota_mail(quota);
    mail.to = "owner@shop.example";
    EXPECT_TRUE(write_message(mail, "chat@im.example", "id", at_ms)) << mail.subject;
    EXPECT_NE(mail.text.find("8 / 10"), mail.text.npos);
    EXPECT_NE(mail.text.find("uses 80 %"), mail.text.npos);
    EXPECT_NE(mail.text.find("限额的 80 %"), mail.text.npos);
    EXPECT_EQ(mail.text.find('_'), mail.text.npos);  // words, and not a setting's name
  }
}

}  // namespace
}  // namespace teahouse::mail::mail_test
