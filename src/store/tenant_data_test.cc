// The duties of every engine, part three: tenants as a whole.
#include <gtest/gtest.h>

#include "store/testing/plane_test.h"

namespace teahouse::store::tenant_data_test {
namespace {

using TenantDataTest = PlaneTest;
TEAHOUSE_FOR_EACH_ENGINE(TenantDataTest);

void fill(DataPlane& plane, TenantId tenant, const std::string& mark) {
  const std::string odd = "tab\tline\nback\\return\r" + std::string("\0\xff", 2);
  plane.key_value(tenant, "vcard").store(romeo, mark + odd);
  plane.key_value(tenant, "vcard").store(odd, mark);
  plane.map(tenant, "roster").store(romeo, juliet, mark);
  plane.map(tenant, "roster").store(romeo, odd, "");
  for (int i = 1; i <= 1'000; ++i) plane.archive(tenant, "archive").append(romeo, make_row(i * 1'000, juliet, mark));
  plane.archive(tenant, "archive").append(odd, {id_at(5), odd, odd});
}

TEST_P(TenantDataTest, ExportedRowsComeBackInAnotherTenant) {
  fill(*plane_, montague, "montague's");
  fill(*plane_, capulet, "capulet's");
  const auto lines = export_of(montague);
  EXPECT_EQ(lines.size(), 4u + 1'001u);
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find("capulet's"), std::string::npos);
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
  constexpr TenantId verona{9};
  done(plane_->import_tenant(home_, verona, lines));
  EXPECT_EQ(export_of(verona), lines);
  EXPECT_EQ(export_of(montague), lines);
  const uint64_t bytes = get(plane_->count_bytes(home_, montague, "archive"));
  EXPECT_EQ(get(plane_->count_bytes(home_, verona, "archive")), bytes);
  ArchiveQuery query;
  query.with = juliet;
  EXPECT_EQ(get(plane_->archive(verona, "archive").page(home_, romeo, query)).count, 1'000u);
  done(plane_->import_tenant(home_, verona, lines));  // once more changes nothing
  EXPECT_EQ(export_of(verona), lines);
  EXPECT_EQ(get(plane_->count_bytes(home_, verona, "archive")), bytes);
}

TEST_P(TenantDataTest, RowsGoFromOneEngineToTheOther) {
  fill(*plane_, montague, "montague's");
  testing::TempDirectory directory;
  auto other = open_plane(GetParam() == Engine::memory ? Engine::rocksdb : Engine::memory, directory.path());
  auto lines = export_of(montague);
  done(other->import_tenant(home_, montague, lines));
  plane_.swap(other);
  auto same = export_of(montague);
  std::sort(lines.begin(), lines.end());
  std::sort(same.begin(), same.end());
  EXPECT_EQ(same, lines);
}

TEST_P(TenantDataTest, RefusesLinesThatAreNone) {
  for (const std::string& line :
       {std::string(), std::string("z\ta\tb\tc"), std::string("k\ta\tb"), std::string("k\t\tb\tc"),
        std::string("k\ta\tb\\\tc"), std::string("k\ta\tb\tc\\"), std::string("a\ts\to\t0\tw\tx"),
        std::string("a\ts\to\t0000000000000000\tw\tx"), "k\t" + std::string(300, 's') + "\tb\tc",
        "k\ts\t" + std::string(5'000, 'k') + "\tc"}) {
    auto result = testing::run(home_, plane_->import_tenant(home_, montague, {"k\tvcard\tromeo\tx", line}));
    ASSERT_FALSE(result) << line;
    EXPECT_EQ(result.error().kind, ErrorKind::bad_request);
  }
  EXPECT_TRUE(export_of(montague).empty());
}

TEST_P(TenantDataTest, ARemovedTenantIsGoneAndTheOtherIsNot) {
  fill(*plane_, montague, "montague's");
  fill(*plane_, capulet, "capulet's");
  const auto theirs = export_of(capulet);
  plane_->archive(montague, "archive").remove_all(romeo);
  plane_->key_value(montague, "vcard").store("late", "montague's");
  done(plane_->remove_tenant(home_, montague));
  EXPECT_TRUE(export_of(montague).empty());
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "archive")), 0u);
  EXPECT_EQ(get(plane_->key_value(montague, "vcard").load(home_, romeo)), std::nullopt);
  EXPECT_EQ(export_of(capulet), theirs);
  fill(*plane_, montague, "once more");
  EXPECT_EQ(export_of(montague).size(), 1'005u);
  ArchiveQuery query;
  query.with = juliet;
  EXPECT_EQ(get(plane_->archive(montague, "archive").page(home_, romeo, query)).count, 1'000u);
}

TEST_P(TenantDataTest, TheHouseIsNotRemoved) {
  plane_->key_value(TenantId::server, "vcard").store("k", "v");
  auto result = testing::run(home_, plane_->remove_tenant(home_, TenantId::server));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::not_allowed);
  EXPECT_EQ(export_of(TenantId::server).size(), 1u);
}

}  // namespace
}  // namespace teahouse::store::tenant_data_test
