#include "sign_up/mail_domains.h"

#include <gtest/gtest.h>

namespace teahouse::sign_up::mail_domains_test {
namespace {

TEST(MailDomains, HasThoseOfItsFileAndBelow) {
  const auto domains = MailDomains::parse("# thrown away\nthrow.example\n\n  Away.Example \t# too\r\nbücher.example");
  ASSERT_TRUE(domains) << domains.error().text;
  EXPECT_EQ(domains->size(), 3u);
  for (const char* email : {"a@throw.example", "a@x.y.throw.example", "a@away.example", "a@bücher.example"}) {
    EXPECT_TRUE(domains->has(email)) << email;
  }
  for (const char* email : {"a@overthrow.example", "a@example", "a@throw.example.org", "", "@", "throw"}) {
    EXPECT_FALSE(domains->has(email)) << email;
  }
  EXPECT_FALSE(MailDomains().has("a@throw.example"));
}

TEST(MailDomains, NamesTheLineThatIsNone) {
  const auto domains = MailDomains::parse("throw.example\nnot a domain\n");
  ASSERT_FALSE(domains);
  EXPECT_TRUE(domains.error().text.starts_with("Line 2 ")) << domains.error().text;
  EXPECT_FALSE(MailDomains::parse(std::string((size_t{8} << 20) + 1, '#')));
}

}  // namespace
}  // namespace teahouse::sign_up::mail_domains_test
