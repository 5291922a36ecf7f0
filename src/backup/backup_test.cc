#include "backup/backup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "backup/manifest.h"
#include "backup/restore.h"
#include "store/testing/temp_directory.h"
#include "tenant/whole_file.h"

namespace teahouse::backup::backup_test {
namespace {

namespace fs = std::filesystem;

class Backup : public ::testing::Test {
 protected:
  Backup() {
    for (const char* name : {"house", "house/data", "backups"}) fs::create_directory(path(name));
    write("house/control.db", "accounts");
    write("house/data/000001.sst", "messages");
    write("house/seal.key", "a secret");
  }

  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << text;
  }
  std::string read(const std::string& name) const {
    const auto text = read_whole_file(path(name));
    return text ? *text : "nothing";
  }
  void flip(const std::string& name) const {
    std::string text = read(name);
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
    write(name, text);
  }
  std::vector<std::string> names(const std::string& folder) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path(folder))) found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }

  Result<BackupMade> make(const std::string& house = "house-1") {
    auto folder = BackupFolder::open(path("backups"));
    if (!folder) return folder.error();
    BackupWanted wanted{house, "1", {}, keep_, wall_ms_, check_, check_all_};
    for (const auto& entry : fs::recursive_directory_iterator(path("house"))) {
      if (entry.is_directory()) continue;
      const std::string name = fs::relative(entry.path(), path("house")).string();
      wanted.files.push_back({name, entry.path().string(), name.ends_with(".sst")});
    }
    wall_ms_ += 60'000;
    return make_backup(*folder, wanted);
  }
  BackupMade must_make() {
    auto made = make();
    if (!made) {
      ADD_FAILURE() << made.error().text;
      std::abort();
    }
    return *made;
  }
  std::string refusal_of_restore(const std::string& from, const std::string& to = "restored") {
    const auto restored = restore_backup(path(from), path(to));
    return restored ? "" : restored.error().text;
  }

  testing::TempDirectory directory_;
  int64_t wall_ms_ = 1'700'000'000'000;
  size_t keep_ = 0;
  std::function<Result<void>(const std::string&)> check_;
  std::function<Result<size_t>(const std::string&)> check_all_;
};

TEST_F(Backup, ComesBackAsItWas) {
  const BackupMade made = must_make();
  EXPECT_EQ(made.name, "000001-20231114T221320Z");
  EXPECT_EQ(made.files, 3u);
  EXPECT_EQ(made.copied_bytes, 24u);
  EXPECT_EQ(refusal_of_restore("backups"), "");
  EXPECT_EQ(names("restored"), (std::vector<std::string>{"control.db", "data", "seal.key"}));
  EXPECT_EQ(read("restored/data/000001.sst"), "messages");
  EXPECT_EQ(read("restored/seal.key"), "a secret");
  struct stat status {};
  for (const char* name : {"restored", "restored/data", "restored/seal.key", "restored/data/000001.sst"}) {
    ASSERT_EQ(::stat(path(name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 077U, 0u) << name;
  }
}

TEST_F(Backup, HasWhatUsersUploadedInItsFolders) {
  fs::create_directories(path("house/files/7/ab"));
  write("house/files/7/ab/abcd", "tea leaves");
  const std::string first = "backups/" + must_make().name;
  const BackupMade made = must_make();
  EXPECT_EQ(read("backups/" + made.name + "/files/7/ab/abcd"), "tea leaves");
  EXPECT_TRUE(fs::equivalent(path(first + "/files/7/ab/abcd"), path("backups/" + made.name + "/files/7/ab/abcd")));
  EXPECT_EQ(refusal_of_restore("backups"), "");
  EXPECT_EQ(read("restored/files/7/ab/abcd"), "tea leaves");
  flip("backups/" + made.name + "/files/7/ab/abcd");
  EXPECT_NE(refusal_of_restore("backups", "other").find("files/7/ab/abcd"), std::string::npos);
}

TEST_F(Backup, CopiesOnlyWhatIsNew) {
  const std::string first = "backups/" + must_make().name;
  write("house/data/000002.sst", "later messages");
  write("house/control.db", "Accounts");  // of the same size
  const BackupMade made = must_make();
  EXPECT_EQ(made.copied_bytes, 22u);
  EXPECT_EQ(made.bytes, 38u);
  const std::string second = "backups/" + made.name;
  EXPECT_TRUE(fs::equivalent(path(first + "/data/000001.sst"), path(second + "/data/000001.sst")));
  EXPECT_TRUE(fs::equivalent(path(first + "/seal.key"), path(second + "/seal.key")));
  EXPECT_EQ(read(first + "/control.db"), "accounts");
  EXPECT_EQ(read(second + "/control.db"), "Accounts");
  fs::remove_all(path(first));
  EXPECT_EQ(refusal_of_restore(second), "");
  EXPECT_EQ(read("restored/data/000001.sst"), "messages");
}

TEST_F(Backup, ATableOfTheSameNameAndSizeIsNotTakenForTheOther) {
  must_make();
  const auto before = fs::last_write_time(path("house/data/000001.sst"));
  write("house/data/000001.sst", "MESSAGES");  // as a house has it that was restored and went on
  fs::last_write_time(path("house/data/000001.sst"), before + std::chrono::seconds(1));
  EXPECT_EQ(read("backups/" + must_make().name + "/data/000001.sst"), "MESSAGES");
}

TEST_F(Backup, WhatIsDamagedInTheEarlierOneIsCopiedAnew) {
  const std::string first = "backups/" + must_make().name;
  flip(first + "/data/000001.sst");
  const BackupMade made = must_make();
  ASSERT_EQ(made.notes.size(), 1u);
  EXPECT_NE(made.notes[0].find(first + "/data/000001.sst is damaged"), std::string::npos);
  EXPECT_EQ(read("backups/" + made.name + "/data/000001.sst"), "messages");
  flip("backups/" + made.name + "/manifest.json");
  const BackupMade third = must_make();
  EXPECT_EQ(third.notes.size(), 2u) << "the one before it is not whole either";
  EXPECT_EQ(refusal_of_restore("backups/" + third.name), "");
}

TEST_F(Backup, AnyDamageIsRefusedByName) {
  const std::string made = "backups/" + must_make().name;
  for (const std::string name : {"control.db", "data/000001.sst", "seal.key", "manifest.json"}) {
    flip(made + "/" + name);
    EXPECT_NE(refusal_of_restore(made).find(made + "/" + name + " is damaged"), std::string::npos) << name;
    EXPECT_FALSE(fs::exists(path("restored"))) << name;
    flip(made + "/" + name);
  }
  fs::resize_file(path(made + "/seal.key"), 3);
  EXPECT_NE(refusal_of_restore(made).find("seal.key is damaged"), std::string::npos);
  fs::remove(path(made + "/seal.key"));
  EXPECT_NE(refusal_of_restore(made).find("seal.key is damaged"), std::string::npos);
}

TEST_F(Backup, WhatWasCutShortIsNone) {
  const std::string first = must_make().name;
  check_ = [](const std::string& file) -> Result<void> {
    return file.ends_with(".sst") ? Result<void>(ErrorKind::internal_server_error, "a block is damaged")
                                  : Result<void>();
  };
  write("house/data/000002.sst", "rotten");
  const auto refused = make();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "a block is damaged");
  EXPECT_EQ(names("backups"), std::vector<std::string>{first});
  check_ = {};
  fs::create_directories(path("backups/unfinished/data"));          // a kill has left it
  fs::create_directories(path("backups/000007-20231114T221320Z"));  // and the removal of this one half done
  const BackupMade made = must_make();
  const std::string second = made.name;
  ASSERT_EQ(made.notes.size(), 1u);
  EXPECT_TRUE(made.notes[0].starts_with(path("backups/000007-20231114T221320Z") + " had no manifest.json"));
  EXPECT_EQ(second.substr(0, 7), "000008-");
  EXPECT_EQ(names("backups"), (std::vector<std::string>{first, second}));
}

TEST_F(Backup, WhatWasWrittenIsCheckedBeforeItIsABackup) {
  std::string looked;
  check_all_ = [&](const std::string& folder) -> Result<size_t> {
    const auto text = read_whole_file(folder + "/data/000001.sst");
    looked = text ? *text : "nothing";
    EXPECT_FALSE(fs::exists(folder + "/manifest.json"));
    return Error{ErrorKind::internal_server_error, "it does not open"};
  };
  EXPECT_EQ(make().error().text, "it does not open");
  EXPECT_EQ(looked, "messages");
  EXPECT_EQ(names("backups"), std::vector<std::string>());
}

TEST_F(Backup, OneOfADamagedHouseRemovesNoEarlierOne) {
  keep_ = 1;
  const std::string first = must_make().name;
  check_all_ = [](const std::string&) { return Result<size_t>(2); };
  const BackupMade made = must_make();
  EXPECT_EQ(made.damages, 2u);
  EXPECT_EQ(made.removed, std::vector<std::string>());
  ASSERT_EQ(made.notes.size(), 1u);
  EXPECT_TRUE(made.notes[0].starts_with("2 parts of tables are set aside as damaged and are not in it; no earlier"));
  EXPECT_EQ(names("backups"), (std::vector<std::string>{first, made.name}));
  check_all_ = {};
  const BackupMade healed = must_make();
  EXPECT_EQ(names("backups"), std::vector<std::string>{healed.name});
}

TEST_F(Backup, OneThatTheDiskDoesNotTellOfStays) {
  const std::string first = must_make().name, manifest = path("backups/" + first + "/manifest.json");
  fs::create_directories(path("backups/000007-20231114T221320Z"));
  fs::rename(manifest, path("kept"));
  fs::create_symlink("manifest.json", manifest);  // stat gives ELOOP
  const auto refused = make();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find(manifest + " can't be looked at: "), std::string::npos) << refused.error().text;
  EXPECT_NE(refusal_of_restore("backups").find("can't be looked at"), std::string::npos);
  EXPECT_EQ(names("backups"), (std::vector<std::string>{first, "000007-20231114T221320Z"}));
  fs::remove(manifest);
  fs::rename(path("kept"), manifest);
  EXPECT_EQ(refusal_of_restore("backups/" + first), "");
}

TEST_F(Backup, IsNoHouse) {
  const std::string made = path("backups/" + must_make().name);
  const auto refused = refuse_no_house(made);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, made + " is a backup. `teahouse restore` makes a house of it.");
}

TEST_F(Backup, KeepsTheNewestWhateverTheClockSays) {
  std::vector<std::string> made;
  keep_ = 2;
  for (const int64_t wall_ms : {1'700'000'000'000, 1'900'000'000'000, 1'700'000'060'000, 1'700'000'120'000}) {
    wall_ms_ = wall_ms;
    made.push_back(must_make().name);
  }
  EXPECT_EQ(names("backups"), (std::vector<std::string>{made[2], made[3]}));
  EXPECT_EQ(refusal_of_restore("backups/" + made[2]), "");
}

TEST_F(Backup, RefusesFoldersThatAreNotItsOwn) {
  must_make();
  const auto other = make("house-2");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::conflict);
  {
    const auto busy = BackupFolder::open(path("backups"));
    ASSERT_TRUE(busy);
    EXPECT_NE(make().error().text.find("Another backup"), std::string::npos);
  }
  write("backups/holiday.jpg", "us");
  EXPECT_NE(make().error().text.find("holiday.jpg"), std::string::npos);
  EXPECT_EQ(read("backups/holiday.jpg"), "us");
  EXPECT_FALSE(BackupFolder::open(path("none")));
  EXPECT_FALSE(BackupFolder::open(path("house/seal.key")));
}

TEST_F(Backup, RestoresIntoNothingElse) {
  must_make();
  fs::create_directory(path("restored"));
  write("restored/letter", "keep me");
  EXPECT_NE(refusal_of_restore("backups").find("is not empty (letter)"), std::string::npos);
  EXPECT_EQ(names("restored"), std::vector<std::string>{"letter"});
  EXPECT_NE(refusal_of_restore("backups", "house/seal.key"), "");
  EXPECT_NE(refusal_of_restore("backups", "no/such/place"), "");
  EXPECT_NE(refusal_of_restore("house").find("holds no backup"), std::string::npos);
}

TEST_F(Backup, ARestoreThatWasCutShortBeginsAnew) {
  must_make();
  fs::create_directories(path("restored/data"));
  write("restored/RESTORING", "");
  write("restored/data/000009.log", "of another backup");
  write("restored/control.db", "half");
  EXPECT_FALSE(refuse_no_house(path("restored")));
  EXPECT_EQ(refusal_of_restore("backups"), "");
  EXPECT_TRUE(refuse_no_house(path("restored")));
  EXPECT_EQ(names("restored/data"), std::vector<std::string>{"000001.sst"});
  EXPECT_EQ(read("restored/control.db"), "accounts");
}

}  // namespace
}  // namespace teahouse::backup::backup_test
