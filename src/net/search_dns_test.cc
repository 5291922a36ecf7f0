#include "net/search_dns.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "net/fake/fake_dns.h"

namespace teahouse::net::search_dns_test {
namespace {

TEST(SearchDns, ReadsWhatTheSystemSearches) {
  const SearchList list = read_search_list(
      "# search comment.example\nnameserver 192.0.2.53\ndomain old.example\nsearch shops.svc.cluster.local  "
      "Cluster.Local b@d\n"
      "options timeout:1 ndots:5\n");
  EXPECT_EQ(list.domains, (std::vector<std::string>{"shops.svc.cluster.local", "cluster.local"}));
  EXPECT_EQ(list.dots, 5U);
  EXPECT_TRUE(read_search_list("").domains.empty());
  EXPECT_EQ(read_search_list("options ndots:x\n").dots, 1U);
  EXPECT_EQ(read_search_list("search a b c d e f g h").domains.size(), 6U);
}

class SearchDnsTest : public ::testing::Test {
 protected:
  void ask(const std::string& name) {
    found_.reset();
    query_ = dns_.find(name, DnsType::a, [this](Result<DnsAnswer> answer) {
      found_ = std::move(answer);
      query_.reset();
    });
  }
  // Is this asked for? Then there is none.
  bool has_none(const std::string& name) {
    if (!behind_.is_asked(name, DnsType::a)) return false;
    behind_.answer(name, DnsType::a, DnsAnswer());
    return true;
  }

  fake::FakeDns behind_;
  SearchDns dns_{behind_, {{"one.example", "two.example"}, 1}};
  std::unique_ptr<Dns::Query> query_;
  std::optional<Result<DnsAnswer>> found_;
};

TEST_F(SearchDnsTest, TriesAShortNameInEachDomainAndLastAsItStands) {
  ask("shop");
  EXPECT_TRUE(has_none("shop.one.example"));
  behind_.answer_addresses("shop.two.example", DnsType::a, {"192.0.2.1"});
  ASSERT_TRUE(found_ && *found_);
  EXPECT_EQ((*found_)->records.size(), 1U);

  ask("shop");
  EXPECT_TRUE(has_none("shop.one.example") && has_none("shop.two.example") && has_none("shop"));
  ASSERT_TRUE(found_ && *found_);
  EXPECT_TRUE((*found_)->records.empty());
}

TEST_F(SearchDnsTest, TriesALongNameAsItStandsFirstAndOneWithADotAtItsEndOnlySo) {
  ask("im.shop");
  EXPECT_TRUE(has_none("im.shop") && has_none("im.shop.one.example") && has_none("im.shop.two.example"));
  EXPECT_TRUE(found_);
  ask("shop.");
  EXPECT_TRUE(has_none("shop."));
  EXPECT_TRUE(found_);
}

TEST_F(SearchDnsTest, StopsAtAFailureAndWhenItIsEnded) {
  ask("shop");
  behind_.answer("shop.one.example", DnsType::a, Error{ErrorKind::remote_server_timeout, "late"});
  EXPECT_EQ(found_->error().kind, ErrorKind::remote_server_timeout);
  ask("shop");
  query_.reset();
  EXPECT_EQ(behind_.asked(), 0U);
}

}  // namespace
}  // namespace teahouse::net::search_dns_test
