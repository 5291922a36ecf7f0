// A tenant goes from one house to another: what leaves, what comes, and who sees it when.
#include <gtest/gtest.h>

#include "transfer/testing/transfer_world.h"

namespace teahouse::transfer::transfer_test {
namespace {

using testing::Lines;
using testing::next_piece;
class Transfers : public testing::TransferWorld {};

TEST_F(Transfers, ATenantIsTheSameElsewhereRowByRow) {
  const auto made = to_.import(from_.export_of(shop_));
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(to_.rows((*made)->id), leaving(from_.rows(shop_->id)));
  EXPECT_EQ(to_.accounts_of((*made)->id), from_.accounts_of(shop_->id));
  EXPECT_EQ(write_tenant_document(**made, false, 0), write_tenant_document(*shop_, false, 0));
  EXPECT_EQ((*made)->site_id, shop_->site_id);
  EXPECT_FALSE((*made)->being_removed || (*made)->suspended);
  EXPECT_EQ((*made)->meter->accounts.load(), 3);
  EXPECT_EQ((*made)->meter->files_bytes.load(), shop_->meter->files_bytes.load());
  EXPECT_EQ((*made)->meter->archive_bytes.load(),
            static_cast<int64_t>(*from_.wait(from_.data.count_bytes(from_.home, shop_->id, "archive")) +
                                 *from_.wait(from_.data.count_bytes(from_.home, shop_->id, "rooms")) +
                                 *from_.wait(from_.data.count_bytes(from_.home, shop_->id, "reports"))));
  EXPECT_TRUE((*made)->staff->has("bob"));
  EXPECT_TRUE((*made)->disabled->has("bob"));
  EXPECT_EQ(to_.published, Lines{"+shop"});
}

TEST_F(Transfers, TheOldPasswordIsGoodAndNoOther) {
  const auto made = to_.import(from_.export_of(shop_));
  ASSERT_TRUE(made);
  EXPECT_TRUE(to_.wait(to_.accounts.check_password(to_.home, *made, "ann", "secret of ann")));
  EXPECT_FALSE(to_.wait(to_.accounts.check_password(to_.home, *made, "ann", "another")));
  EXPECT_FALSE(to_.wait(to_.accounts.check_password(to_.home, *made, "bob", "")));
  const auto page = from_.wait(from_.files.list(from_.home, shop_->id, {}, 10));
  ASSERT_TRUE(page && page->files.size() == 2);
  for (const FileInfo& file : page->files) {
    EXPECT_EQ(to_.read_file(*made, file.id), from_.read_file(shop_, file.id));
  }
}

TEST_F(Transfers, NothingOfAnotherTenantLeaves) {
  const std::string bytes = from_.export_of(shop_);
  EXPECT_EQ(bytes.find("forum"), std::string::npos);
  EXPECT_EQ(bytes.find("this server's alone"), std::string::npos);
  EXPECT_EQ(bytes.find("an event"), std::string::npos);
  const Lines before = from_.rows(forum_->id);
  ASSERT_TRUE(from_.import(bytes, {"copy", "copy.example"}));
  EXPECT_EQ(from_.rows(forum_->id), before);
}

TEST_F(Transfers, OneUsersDataIsThatUsersAlone) {
  const auto ann = from_.wait(from_.accounts.find(from_.home, shop_, "ann"));
  const std::string bytes = from_.read(*from_.transfer.export_user(from_.files, from_.home, shop_, *ann));
  EXPECT_NE(bytes.find("to ann, of shop"), std::string::npos);
  EXPECT_NE(bytes.find("files/"), std::string::npos);
  for (const char* other : {"to bob, of shop", "shop for bob", "in the room", "spam at", "of the site", "forum"}) {
    EXPECT_EQ(bytes.find(other), std::string::npos) << other;
  }
  EXPECT_NE(to_.refusal(bytes).find("of one user"), std::string::npos);
}

TEST_F(Transfers, AnotherDomainIsItsAddressWhereverThatStands) {
  const auto made = from_.import(from_.export_of(shop_), {"cafe", "cafe.example"});
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ((*made)->domain_of(HostKind::rooms), "rooms.cafe.example");
  EXPECT_NE((*made)->site_id, shop_->site_id);
  Lines wanted = leaving(from_.rows(shop_->id));
  for (std::string& row : wanted) {
    for (const auto& [old, other] : {std::pair<std::string, std::string>{"@shop.example", "@cafe.example"},
                                     {"@rooms.shop.example", "@rooms.cafe.example"},
                                     {"\tshop.example\t", "\tcafe.example\t"}}) {
      for (size_t at = row.find(old); at != row.npos; at = row.find(old, at + other.size())) {
        row.replace(at, old.size(), other);
      }
    }
    // The words of people stay.
    const size_t said = row.find("write to bob@cafe");
    if (said != row.npos) row.replace(said, 17, "write to bob@shop");
  }
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(from_.rows((*made)->id), wanted);
  EXPECT_NE(from_.import(from_.export_of(shop_), {"other", "cafe.example"}).error().kind, ErrorKind::bad_request);
}

TEST_F(Transfers, NobodyIsServedBeforeAllIsThere) {
  std::string bytes = from_.export_of(shop_);
  int asked = 0;
  const Pieces pieces = [&] {
    if (const TenantPtr coming = to_.tenants.find("shop")) {
      ++asked;
      EXPECT_TRUE(coming->being_removed && coming->suspended && to_.tenants.is_arriving(coming->id));
      EXPECT_TRUE(to_.published.empty());
    }
    return next_piece(&bytes, 5000);
  };
  ASSERT_TRUE(to_.wait(to_.transfer.import(to_.files, to_.home, pieces, {}, "operator")));
  EXPECT_GT(asked, 3);
  EXPECT_FALSE(to_.tenants.is_arriving(to_.tenants.find("shop")->id));
}

TEST_F(Transfers, AnArrivalIsNeitherChangedNorRemovedNorTakenTwice) {
  const auto begun = to_.wait(to_.tenants.begin_arrival(to_.home, {{"shop", "shop.example"}}, "operator"));
  ASSERT_TRUE(begun);
  EXPECT_NE(to_.wait(to_.tenants.remove(to_.home, "shop")).error().text.find("being imported"), std::string::npos);
  EXPECT_FALSE(to_.wait(to_.tenants.suspend(to_.home, "shop", "Because.")));
  EXPECT_FALSE(to_.import(from_.export_of(shop_)));
  EXPECT_FALSE(to_.import(from_.export_of(shop_), {"other", ""}));
  EXPECT_TRUE(to_.wait(to_.tenants.cancel_arrival(to_.home, begun->tenant)));
  EXPECT_TRUE(to_.import(from_.export_of(shop_)));
}

TEST_F(Transfers, OneAtATimeOfATenant) {
  auto first = from_.transfer.export_tenant(from_.files, from_.home, shop_);
  ASSERT_TRUE(first);
  EXPECT_EQ(from_.transfer.export_tenant(from_.files, from_.home, shop_).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(from_.transfer.export_tenant(from_.files, from_.home, forum_));
  EXPECT_FALSE(from_.read(*first).empty());
  first = Error{ErrorKind::gone, ""};
  EXPECT_TRUE(from_.transfer.export_tenant(from_.files, from_.home, shop_));
}

TEST_F(Transfers, AnExportEndsWithItsTenant) {
  auto stream = *from_.transfer.export_tenant(from_.files, from_.home, shop_);
  ASSERT_TRUE(from_.wait(stream->read(10)));
  ASSERT_TRUE(from_.wait(from_.tenants.remove(from_.home, "shop")));
  EXPECT_NE(from_.read(stream).find("was removed"), std::string::npos);
}

}  // namespace
}  // namespace teahouse::transfer::transfer_test
