#include "store/bond.h"

#include <gtest/gtest.h>

#include "store/sqlite/sqlite_plane.h"
#include "store/testing/plane_test.h"

namespace teahouse::store::bond_test {
namespace {

namespace fs = std::filesystem;

// A house on disk, of which either plane can be copied and put back.
class BondTest : public ::testing::Test {
 protected:
  std::string control_path() const { return directory_.path() + "/control.db"; }
  std::string data_path() const { return directory_.path() + "/data"; }
  void close() {
    bond_.reset();
    data_.reset();
    control_.reset();
  }
  // A start. Gives the refusal, or "".
  std::string start(uint64_t drawn, bool accept_loss = false) {
    close();
    auto control = open_sqlite(control_path(), {.accept_loss = accept_loss});
    auto data = open_rocksdb(data_path(), {.accept_loss = accept_loss});
    if (!control || !data) return control ? data.error().text : control.error().text;
    control_ = std::move(*control);
    data_ = std::move(*data);
    if (auto migrated = control_->migrate(Bond::migrations()); !migrated) return migrated.error().text;
    bond_.emplace(*control_, *data_);
    const auto tied = bond_->tie(TenantId{drawn}, accept_loss);
    return tied ? "" : tied.error().text;
  }
  void note(uint64_t tenant) { ASSERT_TRUE(testing::run(home_, bond_->note_tenant(home_, TenantId{tenant}))); }
  void write_row(uint64_t tenant) {
    const Lsn lsn = data_->key_value(TenantId{tenant}, "rooms").store("square", "x");
    ASSERT_TRUE(testing::run(home_, data_->wait(home_, lsn)));
  }
  void copy(const std::string& from, const std::string& to) {
    close();
    for (const char* part : {"", "-wal", "-shm", "-mark"}) {  // of control.db; of data/ there is but one
      fs::remove_all(to + part);
      if (fs::exists(from + part)) fs::copy(from + part, to + part, fs::copy_options::recursive);
    }
  }
  void keep() {
    copy(control_path(), control_path() + ".kept");
    copy(data_path(), data_path() + ".kept");
  }
  void put_back(const std::string& path) { copy(path + ".kept", path); }
  void remove(const std::string& path) { copy("/nothing", path); }
  // Refused, also when it is tried again; and taken, once and for all, when told so.
  void expect_refused(uint64_t drawn, const std::string& words) {
    for (int i = 0; i < 2; ++i) {
      const std::string text = start(drawn);
      EXPECT_NE(text.find(words), std::string::npos) << text;
      EXPECT_NE(text.find("Put"), std::string::npos) << text;
    }
  }

  testing::TempDirectory directory_;
  testing::QueueExecutor home_;
  std::unique_ptr<ControlPlane> control_;
  std::unique_ptr<DataPlane> data_;
  std::optional<Bond> bond_;
};

TEST_F(BondTest, StartsGoOnAndOn) {
  for (uint64_t drawn = 0; drawn < 3; ++drawn) {
    EXPECT_EQ(start(drawn), "");
    note(drawn + 1);
    write_row(drawn + 1);
  }
  EXPECT_EQ(start(3), "");
  EXPECT_EQ(start(4), "");  // killed before the data plane knew of 4
  EXPECT_EQ(raw(bond_->highest_tenant()), 4U);
}

TEST_F(BondTest, AHouseFromBeforeIsTied) {
  close();
  control_ = std::move(*open_sqlite(control_path()));
  data_ = std::move(*open_rocksdb(data_path()));
  write_row(3);
  EXPECT_EQ(start(5), "");  // 4 and 5 have said nothing yet
  EXPECT_EQ(raw(bond_->highest_tenant()), 5U);
  EXPECT_EQ(start(5), "");
}

TEST_F(BondTest, AControlPlaneThatDrawsIdsAgainIsRefusedInAHouseFromBefore) {
  close();
  data_ = std::move(*open_rocksdb(data_path()));
  write_row(3);
  expect_refused(2, "control.db is older");
  EXPECT_EQ(start(2, true), "");
  EXPECT_EQ(raw(bond_->highest_tenant()), 3U);
}

TEST_F(BondTest, AnEarlierControlPlaneIsRefused) {
  ASSERT_EQ(start(1), "");
  keep();
  ASSERT_EQ(start(1), "");  // nothing has changed but that it has run
  put_back(control_path());
  expect_refused(1, "control.db is older than data/");
  EXPECT_EQ(start(1, true), "");
  EXPECT_EQ(start(1), "");
}

TEST_F(BondTest, AnEarlierDataPlaneIsRefused) {
  ASSERT_EQ(start(1), "");
  keep();
  ASSERT_EQ(start(1), "");
  put_back(data_path());
  expect_refused(1, "data/ is older than control.db");
  EXPECT_EQ(start(1, true), "");
  EXPECT_EQ(start(1), "");
}

TEST_F(BondTest, BothOfOneBackupAreTaken) {
  ASSERT_EQ(start(1), "");
  keep();
  ASSERT_EQ(start(1), "");
  note(2);
  put_back(control_path());
  put_back(data_path());
  EXPECT_EQ(start(1), "");
}

TEST_F(BondTest, ANewPlaneBesideAnOldOneIsRefused) {
  for (const std::string& lost : {control_path(), data_path()}) {
    ASSERT_EQ(start(2), "");
    remove(lost);
    expect_refused(lost == data_path() ? 2 : 0, "is older than");
    EXPECT_EQ(start(lost == data_path() ? 2 : 0, true), "");
    EXPECT_EQ(raw(bond_->highest_tenant()), 2U);
  }
}

TEST_F(BondTest, TenantsThatTheControlPlaneDoesNotKnowAreRefusedWithinARun) {
  ASSERT_EQ(start(2), "");
  note(5);
  expect_refused(4, "control.db is older");
  EXPECT_EQ(start(5), "");
}

// Their notes failed with a disk that was full, or were not made yet.
TEST_F(BondTest, TenantsThatTheDataPlaneDoesNotKnowAreTakenWithinARun) {
  ASSERT_EQ(start(2), "");
  EXPECT_EQ(start(6), "");
  EXPECT_EQ(raw(bond_->highest_tenant()), 6U);
}

TEST_F(BondTest, PlanesOfTwoHousesAreNeverTied) {
  ASSERT_EQ(start(1), "");
  keep();
  remove(control_path());
  remove(data_path());
  ASSERT_EQ(start(1), "");
  put_back(data_path());
  for (const bool accept_loss : {false, true}) {
    EXPECT_NE(start(1, accept_loss).find("two different houses"), std::string::npos);
  }
}

TEST_F(BondTest, AStartThatWasCutShortIsNoneThatWasPutBack) {
  ASSERT_EQ(start(0), "");
  const auto run = [this] { return as_int(control_->execute_now({"SELECT run FROM bond", {}})->rows[0][0]); };
  const int64_t begun = run();
  ASSERT_TRUE(control_->execute_now({"UPDATE bond SET begins = begins + 1", {}}));  // and no further
  EXPECT_EQ(start(0), "");
  ASSERT_TRUE(control_->execute_now({"UPDATE bond SET run = run - 1", {}}));  // all but the last step
  EXPECT_EQ(start(0), "");
  EXPECT_GT(run(), begun);
  remove(data_path());
  ASSERT_TRUE(open_sqlite(control_path()));
  remove(control_path());
  ASSERT_EQ(start(0), "");
  ASSERT_TRUE(control_->execute_now({"UPDATE bond SET run = 0, begins = 1", {}}));  // the first one, before data/
  remove(data_path());
  EXPECT_EQ(start(0), "");
}

}  // namespace
}  // namespace teahouse::store::bond_test
