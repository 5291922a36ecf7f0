// The duties of every engine, part one: stores and scopes, order, commits.
#include "store/data_plane.h"

#include <map>

#include "store/testing/plane_test.h"

namespace teahouse::store::data_plane_test {
namespace {

using DataPlaneTest = PlaneTest;
TEAHOUSE_FOR_EACH_ENGINE(DataPlaneTest);

using Entries = std::vector<MapStore::Entry>;

TEST_P(DataPlaneTest, KeyValueGivesBackWhatWasStoredToItsTenantOnly) {
  auto ours = plane_->key_value(montague, "vcard"), theirs = plane_->key_value(capulet, "vcard");
  auto other_store = plane_->key_value(montague, "vcard2");
  ours.store(romeo, "Romeo");
  theirs.store(juliet, "Juliet");
  EXPECT_EQ(get(ours.load(home_, romeo)), "Romeo");
  EXPECT_EQ(get(theirs.load(home_, juliet)), "Juliet");
  EXPECT_EQ(get(theirs.load(home_, romeo)), std::nullopt);
  EXPECT_EQ(get(ours.load(home_, juliet)), std::nullopt);
  EXPECT_EQ(get(other_store.load(home_, romeo)), std::nullopt);
  EXPECT_EQ(get(plane_->map(montague, "vcard").load(home_, romeo)), Entries{});
  ours.store(romeo, "");
  EXPECT_EQ(get(ours.load(home_, romeo)), "");
  ours.remove(romeo);
  ours.remove(juliet);
  EXPECT_EQ(get(ours.load(home_, romeo)), std::nullopt);
  EXPECT_EQ(get(theirs.load(home_, juliet)), "Juliet");
}

TEST_P(DataPlaneTest, KeysAndValuesAreAnyBytes) {
  const std::string zero("\0", 1), ones("\xff\xff", 2), all = std::string("a\0b\xff\n\t\\", 7);
  auto store = plane_->key_value(montague, "bytes");
  for (const std::string& key : {std::string(), zero, ones, all, std::string(key_bytes_max, 'k')}) {
    store.store(key, all + key);
    EXPECT_EQ(get(store.load(home_, key)), all + key);
  }
  // A key and an entry whose bytes run together the same way are not the same.
  auto map = plane_->map(montague, "bytes");
  map.store("a", "bc", "1");
  map.store("ab", "c", "2");
  map.store(std::string("a\0", 2), "b", "3");
  map.store(ones, ones, "4");
  EXPECT_EQ(get(map.load(home_, "a")), (Entries{{"bc", "1"}}));
  EXPECT_EQ(get(map.load(home_, "ab")), (Entries{{"c", "2"}}));
  EXPECT_EQ(get(map.load(home_, std::string("a\0", 2))), (Entries{{"b", "3"}}));
  EXPECT_EQ(get(map.load(home_, ones)), (Entries{{ones, "4"}}));
  map.remove_all("a");
  EXPECT_EQ(get(map.keys(home_)), (std::vector<std::string>{std::string("a\0", 2), "ab", ones}));
  auto archive = plane_->archive(montague, "bytes");
  archive.append("a", {id_at(1), "bc", "1"});
  archive.append("ab", {id_at(1), "c", "2"});
  ArchiveQuery with_c;
  with_c.with = "c";
  EXPECT_TRUE(get(archive.page(home_, "a", with_c)).rows.empty());
  EXPECT_EQ(get(archive.page(home_, "ab", with_c)).rows.size(), 1u);
}

TEST_P(DataPlaneTest, MapHoldsEntriesInOrder) {
  auto ours = plane_->map(montague, "roster"), theirs = plane_->map(capulet, "roster");
  ours.store(romeo, "juliet", "both");
  ours.store(romeo, "benvolio", "to");
  ours.store(juliet, "romeo", "from");
  theirs.store(romeo, "tybalt", "none");
  EXPECT_EQ(get(ours.load(home_, romeo)), (Entries{{"benvolio", "to"}, {"juliet", "both"}}));
  EXPECT_EQ(get(theirs.load(home_, romeo)), (Entries{{"tybalt", "none"}}));
  EXPECT_EQ(get(theirs.load(home_, juliet)), Entries{});
  EXPECT_EQ(get(ours.load_entry(home_, romeo, "juliet")), "both");
  EXPECT_EQ(get(ours.load_entry(home_, romeo, "tybalt")), std::nullopt);
  EXPECT_EQ(get(ours.keys(home_)), (std::vector<std::string>{juliet, romeo}));
  ours.remove(romeo, "juliet");
  ours.remove(juliet, "romeo");
  EXPECT_EQ(get(ours.load(home_, romeo)), (Entries{{"benvolio", "to"}}));
  EXPECT_EQ(get(ours.keys(home_)), (std::vector<std::string>{romeo}));
}

TEST_P(DataPlaneTest, TheFirstEntriesOfAMapAreAsManyAsAreEnough) {
  auto ours = plane_->map(montague, "offline"), theirs = plane_->map(capulet, "offline");
  for (const char* entry : {"1", "2", "3"}) ours.store(romeo, entry, "four");
  theirs.store(romeo, "1", "theirs");
  EXPECT_EQ(get(ours.load(home_, romeo, 0)), Entries{});
  EXPECT_EQ(get(ours.load(home_, romeo, 1)), (Entries{{"1", "four"}}));
  EXPECT_EQ(get(ours.load(home_, romeo, 4)), (Entries{{"1", "four"}}));
  EXPECT_EQ(get(ours.load(home_, romeo, 5)), (Entries{{"1", "four"}, {"2", "four"}}));
  EXPECT_EQ(get(ours.load(home_, romeo, 100)).size(), 3u);
  EXPECT_EQ(get(ours.load(home_, romeo, 5, "1")), (Entries{{"2", "four"}, {"3", "four"}}));
  EXPECT_EQ(get(ours.load(home_, romeo, 1, "1")), (Entries{{"2", "four"}}));
  EXPECT_EQ(get(ours.load(home_, romeo, 1, "10")), (Entries{{"2", "four"}}));  // a name that is not there
  EXPECT_EQ(get(ours.load(home_, romeo, 1, "3")), Entries{});
  EXPECT_EQ(get(theirs.load(home_, romeo, 1, "1")), Entries{});
  EXPECT_EQ(get(ours.count(home_, romeo)), 3u);
  EXPECT_EQ(get(theirs.count(home_, romeo)), 1u);
  EXPECT_EQ(get(theirs.count(home_, juliet)), 0u);
}

TEST_P(DataPlaneTest, RemovingAllEntriesLeavesThoseOfOthersAndLaterOnes) {
  auto ours = plane_->map(montague, "roster"), theirs = plane_->map(capulet, "roster");
  for (int i = 0; i < 100; ++i) {  // more than are deleted singly
    ours.store(romeo, "contact" + std::to_string(i), "x");
    theirs.store(romeo, "contact" + std::to_string(i), "y");
  }
  ours.store(juliet, "romeo", "both");
  done(plane_->wait(home_, plane_->appended()));
  ours.store(romeo, "not yet committed", "x");
  ours.remove_all(romeo);
  ours.remove_all("nobody");
  ours.store(romeo, "again", "x");
  EXPECT_EQ(get(ours.load(home_, romeo)), (Entries{{"again", "x"}}));
  EXPECT_EQ(get(ours.load(home_, juliet)).size(), 1u);
  EXPECT_EQ(get(theirs.load(home_, romeo)).size(), 100u);
}

TEST_P(DataPlaneTest, ArchivesAreOfOneOwnerAndTenant) {
  auto ours = plane_->archive(montague, "archive"), theirs = plane_->archive(capulet, "archive");
  ours.append(romeo, make_row(1, juliet));
  ours.append(romeo, make_row(2, juliet));
  ours.append(nurse, make_row(3, juliet));
  theirs.append(juliet, make_row(1, romeo));
  EXPECT_EQ(times(get(ours.page(home_, romeo, {}))), (Times{1, 2}));
  EXPECT_EQ(times(get(ours.page(home_, nurse, {}))), (Times{3}));
  EXPECT_TRUE(get(ours.page(home_, juliet, {})).rows.empty());
  EXPECT_TRUE(get(theirs.page(home_, romeo, {})).rows.empty());
  EXPECT_EQ(get(ours.find(home_, romeo, id_at(2))), make_row(2, juliet));
  EXPECT_EQ(get(ours.find(home_, romeo, id_at(3))), std::nullopt);
  EXPECT_EQ(get(theirs.find(home_, romeo, id_at(2))), std::nullopt);
  auto ends = get(ours.ends(home_, romeo));
  ASSERT_TRUE(ends);
  EXPECT_EQ(ends->first.id, id_at(1));
  EXPECT_EQ(ends->last.id, id_at(2));
  EXPECT_FALSE(get(ours.ends(home_, juliet)));
}

TEST_P(DataPlaneTest, ConversationsNameEachOtherSideOnce) {
  using Names = std::vector<std::string>;
  auto ours = plane_->archive(montague, "archive"), theirs = plane_->archive(capulet, "archive");
  auto room = plane_->archive(montague, "room");
  const std::string short_name = "z@x", zero("a\0b", 3);
  for (int i = 0; i < 50; ++i) {
    ours.append(romeo, make_row(i * day_ms, i % 2 ? juliet : nurse));
    ours.append(romeo, make_row(i * day_ms + 1, short_name));
  }
  ours.append(nurse, make_row(1, romeo));
  ours.append(nurse, make_row(2, zero));
  theirs.append(romeo, make_row(1, "tybalt@capulet.example"));
  room.append(romeo, make_row(1, "mercutio@montague.example"));
  EXPECT_EQ(get(ours.conversations(home_, romeo, 10)), (Names{short_name, nurse, juliet}));
  EXPECT_EQ(get(ours.conversations(home_, romeo, 2)), (Names{short_name, nurse}));
  EXPECT_EQ(get(ours.conversations(home_, romeo, 0)), Names{});
  EXPECT_EQ(get(ours.conversations(home_, nurse, 10)), (Names{zero, romeo}));
  EXPECT_EQ(get(ours.conversations(home_, juliet, 10)), Names{});
  EXPECT_EQ(get(theirs.conversations(home_, romeo, 10)), (Names{"tybalt@capulet.example"}));
  ours.remove_all(romeo);
  EXPECT_EQ(get(ours.conversations(home_, romeo, 10)), Names{});
}

TEST_P(DataPlaneTest, CountsTheBytesOfEachArchive) {
  auto ours = plane_->archive(montague, "archive"), theirs = plane_->archive(capulet, "archive");
  auto room = plane_->archive(montague, "room");
  auto size = [](const std::string& owner, const ArchiveRow& row) {
    return owner.size() + 8 + row.with.size() + row.bytes.size();
  };
  const ArchiveRow one = make_row(1, juliet), two = make_row(2, nurse, "two");
  ours.append(romeo, one);
  ours.append(romeo, two);
  ours.append(nurse, one);
  theirs.append(romeo, one);
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "archive")),
            size(romeo, one) + size(romeo, two) + size(nurse, one));
  EXPECT_EQ(get(plane_->count_bytes(home_, capulet, "archive")), size(romeo, one));
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "room")), 0u);
  room.append(romeo, two);
  ours.remove(romeo, one.id);
  ours.remove(romeo, one.id);  // twice, and one that never was
  ours.remove(romeo, id_at(99));
  ours.remove(nurse, two.id);
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "archive")), size(romeo, two) + size(nurse, one));
  ours.append(romeo, one);  // within one group, if the engine makes groups
  ours.remove(romeo, one.id);
  ours.append(romeo, {one.id, juliet, "<gone/>"});
  ours.remove_all(nurse);
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "archive")),
            size(romeo, two) + size(romeo, {one.id, juliet, "<gone/>"}));
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "room")), size(romeo, two));
  EXPECT_EQ(get(plane_->count_bytes(home_, capulet, "archive")), size(romeo, one));
}

TEST_P(DataPlaneTest, RemovesRowsOfOneOwnerOnly) {
  auto ours = plane_->archive(montague, "archive"), theirs = plane_->archive(capulet, "archive");
  for (int i = 1; i <= 2'000; ++i) {
    ours.append(romeo, make_row(i, i % 2 ? juliet : nurse));
    if (i <= 20) {
      ours.append(nurse, make_row(i, juliet));
      theirs.append(romeo, make_row(i, juliet));
    }
  }
  done(plane_->wait(home_, plane_->appended()));
  ours.append(romeo, make_row(3'000, juliet));
  ours.remove_all(romeo);
  ours.append(romeo, make_row(4'000, juliet));
  ArchiveQuery with_juliet;
  with_juliet.with = juliet;
  EXPECT_EQ(times(get(ours.page(home_, romeo, {}))), (Times{4'000}));
  EXPECT_EQ(times(get(ours.page(home_, romeo, with_juliet))), (Times{4'000}));
  EXPECT_EQ(get(ours.page(home_, nurse, with_juliet)).count, 20u);
  EXPECT_EQ(get(theirs.page(home_, romeo, with_juliet)).count, 20u);
  ours.remove_all(nurse);
  EXPECT_FALSE(get(ours.ends(home_, nurse)));
  EXPECT_EQ(get(theirs.page(home_, romeo, {})).count, 20u);
}

TEST_P(DataPlaneTest, TrimsWhatIsOlderOfAllOwnersOfOneStore) {
  auto ours = plane_->archive(montague, "archive"), theirs = plane_->archive(capulet, "archive");
  auto room = plane_->archive(montague, "room");
  uint64_t old_bytes = 0;
  for (int i = 0; i < 2'500; ++i) {
    for (const std::string& owner : {romeo, nurse}) {
      const ArchiveRow row = make_row(i * 1'000, juliet);
      ours.append(owner, row);
      if (i < 2'000) old_bytes += owner.size() + 8 + row.with.size() + row.bytes.size();
    }
    if (i < 10) theirs.append(romeo, make_row(i, juliet));
    if (i < 10) room.append(romeo, make_row(i, juliet));
  }
  const uint64_t before = get(plane_->count_bytes(home_, montague, "archive"));
  auto trimmed = get(ours.trim(home_, noon_ms + 2'000'000));
  EXPECT_EQ(trimmed.rows, 4'000u);
  EXPECT_EQ(trimmed.bytes, old_bytes);
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "archive")), before - old_bytes);
  for (const std::string& owner : {romeo, nurse}) {
    EXPECT_EQ(get(ours.ends(home_, owner))->first.id, id_at(2'000'000));
    ArchiveQuery query;
    query.with = juliet;
    EXPECT_EQ(get(ours.page(home_, owner, query)).count, 500u);
  }
  EXPECT_EQ(get(theirs.page(home_, romeo, {})).count, 10u);
  EXPECT_EQ(get(room.page(home_, romeo, {})).count, 10u);
  ours.append(romeo, make_row(1, juliet));  // and its pair is found again
  ArchiveQuery query;
  query.with = juliet;
  query.end_ms = noon_ms + 1'000;
  EXPECT_EQ(times(get(ours.page(home_, romeo, query))), (Times{1}));
  EXPECT_EQ(get(ours.trim(home_, noon_ms - 1)).rows, 0u);
}

TEST_P(DataPlaneTest, ARowGoesWithAnotherWriteAsOne) {
  const ArchiveStore log = plane_->archive(montague, "log"), archive = plane_->archive(montague, "archive");
  const MapStore map = plane_->map(montague, "rooms");
  const auto with_row = [&](int64_t ms, const auto& write) {
    const ArchiveRow row = make_row(ms, romeo);
    const Companion with{log, "all", row};
    const Lsn before = plane_->appended();
    EXPECT_EQ(write(&with), next(before));
    EXPECT_EQ(plane_->appended(), next(before));
  };
  with_row(1, [&](const Companion* with) { return archive.append(romeo, make_row(5, nurse), with); });
  with_row(2, [&](const Companion* with) { return map.store("list", "square", "open", with); });
  with_row(3, [&](const Companion* with) { return map.remove("list", "square", with); });
  ArchiveQuery all;
  EXPECT_EQ(times(get(log.page(home_, "all", all))), (Times{1, 2, 3}));
  EXPECT_EQ(times(get(archive.page(home_, romeo, all))), Times{5});
  EXPECT_EQ(get(map.load(home_, "list")), Entries{});
  EXPECT_GT(get(plane_->count_bytes(home_, montague, "log")), 0U);
}

TEST_P(DataPlaneTest, LsnsGrowAndCommitsReachThem) {
  auto store = plane_->key_value(montague, "vcard");
  Lsn last = plane_->appended();
  EXPECT_EQ(plane_->committed(), last);
  for (int i = 0; i < 100; ++i) {
    const Lsn lsn = store.store(romeo, std::to_string(i));
    EXPECT_GT(lsn, last);
    last = lsn;
  }
  EXPECT_EQ(plane_->appended(), last);
  done(plane_->wait(home_, last));
  EXPECT_EQ(plane_->committed(), last);
  done(plane_->wait(home_, store.remove("what never was")));
  done(plane_->wait(home_, plane_->map(montague, "none").remove_all("what never was")));
  done(plane_->wait(home_, plane_->archive(montague, "none").remove("what never was", id_at(1))));
  EXPECT_EQ(plane_->committed(), plane_->appended());
}

TEST_P(DataPlaneTest, WatchersHearOfTheNewestCommit) {
  Lsn heard = Lsn::none;
  plane_->watch_commits(home_, [&](Lsn lsn) {
    EXPECT_GT(lsn, heard);
    EXPECT_LE(lsn, plane_->committed());
    heard = lsn;
  });
  auto store = plane_->key_value(montague, "vcard");
  for (int i = 0; i < 100; ++i) {
    const Lsn lsn = store.store(romeo, std::to_string(i));
    while (heard < lsn) home_.run_one();
  }
  for (int i = 0; i < 100; ++i) store.store(romeo, std::to_string(i));
  while (heard < plane_->appended()) home_.run_one();
}

}  // namespace
}  // namespace teahouse::store::data_plane_test
