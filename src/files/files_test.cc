// Files of two tenants: what one does the other does not see.
#include "files/files.h"

#include <gtest/gtest.h>

#include "files/testing/file_world.h"

namespace teahouse::files_test {
namespace {

struct FilesTest : ::testing::Test, testing::FileWorld {
  int64_t used(const TenantPtr& tenant) const { return tenant->meter->files_bytes; }
  TenantPtr with_plan(int64_t file_bytes, int64_t total_bytes) const {
    Tenant changed = *shop;
    changed.plan.limits.file_bytes = file_bytes;
    changed.plan.limits.files_total_bytes = total_bytes;
    return std::make_shared<const Tenant>(std::move(changed));
  }
};

TEST_F(FilesTest, KeepsAFileForItsTenantAlone) {
  const FileInfo file = keep(shop, "oolong", "ann@shop.example").value();
  EXPECT_EQ(wait(files->find(home, shop->id, file.id)).value(), file);
  EXPECT_EQ(read(shop, file), "oolong");
  EXPECT_EQ(used(shop), 6);
  EXPECT_FALSE(has(forum, file.id));
  EXPECT_EQ(read(forum, file), "There is no such file.");
  EXPECT_EQ(used(forum), 0);
  EXPECT_TRUE(wait(files->list(home, forum->id, {}, 10)).value().files.empty());
  EXPECT_EQ(wait(files->remove(home, forum, file.id)).error().kind, ErrorKind::item_not_found);
  EXPECT_TRUE(has(shop, file.id));
}

TEST_F(FilesTest, HasOneObjectForTwoFilesOfATenantWithTheSameBytes) {
  const FileInfo one = keep(shop, "oolong").value(), two = keep(shop, "oolong").value();
  const FileInfo others = keep(forum, "oolong").value();
  EXPECT_EQ(on_disk(), 2U);
  EXPECT_EQ(used(shop), 12);
  ASSERT_TRUE(wait(files->remove(home, shop, one.id)));
  EXPECT_FALSE(has(shop, one.id));
  EXPECT_EQ(read(shop, two), "oolong");
  EXPECT_EQ(used(shop), 6);
  ASSERT_TRUE(wait(files->remove(home, shop, two.id)));
  EXPECT_EQ(wait(files->remove(home, shop, two.id)).error().kind, ErrorKind::item_not_found);
  EXPECT_EQ(used(shop), 0);
  EXPECT_EQ(on_disk(), 1U);
  EXPECT_EQ(read(forum, others), "oolong");
}

TEST_F(FilesTest, ListsInTheOrderInWhichTheyCameByPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(keep(shop, std::string(static_cast<size_t>(i) + 1, 'x')).value().id);
    clock.advance_ms(1000);
  }
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const auto page = wait(files->list(home, shop->id, cursor, 2)).value();
    EXPECT_LE(page.files.size(), 2U);
    for (const FileInfo& file : page.files) seen.push_back(file.id);
    cursor = page.next_cursor;
  } while (!cursor.empty());
  EXPECT_EQ(seen, ids);
}

TEST_F(FilesTest, TakesNoMoreThanThePlanHasRoomFor) {
  const TenantPtr small = with_plan(10, 15);
  EXPECT_FALSE(files->check_size(*small, 11));
  EXPECT_TRUE(files->check_size(*small, 10));
  const FileInfo file = keep(small, "0123456789").value();
  EXPECT_EQ(keep(small, "012345").error().kind, ErrorKind::resource_constraint);
  EXPECT_EQ(files->check_room(*small, 6).error().kind, ErrorKind::resource_constraint);
  {
    const auto room = files->take_room(*small, 5);
    EXPECT_TRUE(room);
    EXPECT_FALSE(files->take_room(*small, 1));
  }
  EXPECT_TRUE(keep(forum, "others have their own"));
  EXPECT_EQ(used(small), 10);
  ASSERT_TRUE(wait(files->remove(home, small, file.id)));
  EXPECT_TRUE(keep(small, "012345"));
  EXPECT_TRUE(files->check_size(*with_plan(unlimited, unlimited), INT64_MAX));
  EXPECT_TRUE(files->check_room(*with_plan(unlimited, unlimited), INT64_MAX));
}

TEST_F(FilesTest, GoWithTheirAccount) {
  const FileInfo anns = keep(shop, "ann's", "ann@shop.example").value();
  const FileInfo more = keep(shop, "more", "ann@shop.example").value();
  const FileInfo bobs = keep(shop, "bob's", "bob@shop.example").value(), sites = keep(shop, "site's").value();
  ASSERT_TRUE(wait(files->remove_of(home, shop, "ann@shop.example")));
  EXPECT_FALSE(has(shop, anns.id) || has(shop, more.id));
  EXPECT_TRUE(has(shop, bobs.id) && has(shop, sites.id));
  EXPECT_EQ(used(shop), bobs.bytes + sites.bytes);
  EXPECT_EQ(on_disk(), 2U);
}

TEST_F(FilesTest, GoWithTheirTenantForGood) {
  const FileInfo file = keep(shop, "oolong").value();
  const FileInfo others = keep(forum, "oolong").value();
  ASSERT_TRUE(wait(files->remove_tenant(home, shop->id)));
  EXPECT_EQ(on_disk(), 1U);
  EXPECT_EQ(keep(shop, "late").error().kind, ErrorKind::gone);
  home.run_ready();
  EXPECT_EQ(read(forum, others), "oolong");
}

TEST_F(FilesTest, GoWhenThePlanKeepsThemNoLonger) {
  const FileInfo old = keep(shop, "old").value(), others = keep(forum, "old").value();
  clock.advance_ms(1000);
  const FileInfo fresh = keep(shop, "new").value();
  EXPECT_EQ(wait(files->trim(home, shop, fresh.created_ms)).value(), 1U);
  EXPECT_FALSE(has(shop, old.id));
  EXPECT_TRUE(has(shop, fresh.id) && has(forum, others.id));
  EXPECT_EQ(wait(files->trim(home, shop, fresh.created_ms)).value(), 0U);
}

TEST_F(FilesTest, AreCountedAtAStart) {
  (void)keep(shop, "four").value();
  (void)keep(shop, "three").value();
  shop->meter->files_bytes = 77;
  begin_anew();
  ASSERT_TRUE(wait(files->count(home, shop)));
  EXPECT_EQ(used(shop), 9);
}

// A crash leaves this between the steps that files.cc tells of; tests/faults/files.py kills a server at each.
TEST_F(FilesTest, AStartSettlesWhatACrashLeft) {
  const FileInfo kept = keep(shop, "kept").value(), cut = keep(shop, "cut").value(),
                 others = keep(forum, "cut").value();
  const auto map = [&](const char* name) { return data.map(shop->id, name); };
  map("object_intents").store("all", kept.digest, {});           // its rows are there
  map("object_intents").store("all", cut.digest, {});            // its rows are not, the object is
  map("object_intents").store("all", std::string(64, 'a'), {});  // neither rows nor object
  map("objects").remove(cut.digest, cut.id);
  map("files").remove("all", cut.id);
  (void)wait(files->objects().begin(home, shop->id)).value();  // half written
  begin_anew();
  ASSERT_TRUE(wait(files->finish(home, shop->id)));
  ASSERT_TRUE(wait(files->finish(home, forum->id)));
  EXPECT_EQ(read(shop, kept), "kept");
  EXPECT_EQ(read(shop, cut), "There is no such file.");
  EXPECT_EQ(read(forum, others), "cut");
  EXPECT_EQ(on_disk(), 2U);
  EXPECT_TRUE(wait(map("object_intents").load(home, "all")).value().empty());
}

TEST_F(FilesTest, AnUploadThatIsGivenUpLeavesNothing) {
  {
    auto upload = wait(files->objects().begin(home, shop->id)).value();
    ASSERT_TRUE(wait(upload->write("half")));
  }
  begin_anew();  // its threads have ended
  EXPECT_EQ(on_disk(), 0U);
}

TEST_F(FilesTest, NamesAnAddressThatBrowsersUnderstand) {
  files->set_address("https://im.example/upload/{host}");
  EXPECT_EQ(files->url_of("upload.bücher.example", "ID", "très cool?.jpg"),
            "https://im.example/upload/upload.xn--bcher-kva.example/ID/tr%C3%A8s%20cool%3F.jpg");
  EXPECT_EQ(files->place_of("upload.bücher.example"), "https://im.example/upload/upload.xn--bcher-kva.example/");
}

TEST(FileInfo, IsReadAsItWasWritten) {
  const FileInfo file{make_file_id(1'700'000'000'000),
                      "ann@shop.example",
                      "très cool.jpg",
                      "image/jpeg",
                      std::string(64, 'a'),
                      23'456,
                      1'700'000'000'000};
  EXPECT_EQ(parse_file_row(file.id, write_file_row(file)).value(), file);
  const std::string row = write_file_row(file);
  for (const std::string& wrong : {std::string(), std::string("1"), "2" + row.substr(1), row + "\nmore",
                                   row.substr(0, row.size() - file.name.size() - 1), std::string("1\nx\n1\na\nb\nc\nd"),
                                   std::string("1\n1\n-1\n") + file.digest + "\nb\nc\nd"}) {
    EXPECT_FALSE(parse_file_row(file.id, wrong)) << wrong;
  }
}

TEST(FileInfo, HasAnIdInTheOrderOfTime) {
  const std::string first = make_file_id(1), later = make_file_id(1'700'000'000'000), same = make_file_id(1);
  EXPECT_LT(first.substr(0, 11), later.substr(0, 11));
  EXPECT_NE(first, same);
  EXPECT_TRUE(is_file_id(first) && is_file_id(later));
  for (const char* wrong : {"", "../../../../etc/passwd", "0000000000zAAAAAAAAAAAAAAAAAAAAAAA", "all"}) {
    EXPECT_FALSE(is_file_id(wrong)) << wrong;
  }
  EXPECT_FALSE(is_file_id(first + "A") || is_file_id(first.substr(1)) || is_file_id("." + first.substr(1)));
}

}  // namespace
}  // namespace teahouse::files_test
