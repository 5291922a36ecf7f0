// The control plane stands still while the data plane is copied. So the two are what a crash would have left at the end
// of that: the data plane was written by code that knew of nothing later in the control plane. A start knows what
// to do with that (bond.h, and the notes of removals).
#include "app/snapshot.h"

#include <filesystem>

#include "backup/backup_folder.h"
#include "backup/files.h"
#include "base/log.h"
#include "files/place.h"
#include "store/rocksdb/rocksdb_plane.h"
#include "store/sqlite/sqlite_plane.h"

namespace teahouse {
namespace {

namespace fs = std::filesystem;

std::string new_folder(const std::string& directory) { return directory + "/snapshot.new"; }
std::string made_folder(const std::string& directory) { return directory + "/snapshot"; }
std::string claimed_folder(const std::string& directory) { return directory + "/snapshot.reading"; }

Result<void> rename(const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (!failed) return {};
  return Error{ErrorKind::internal_server_error, from + " can't be renamed: " + failed.message() + "."};
}

Error no_links(const std::string& from, const std::string& to) {
  return {ErrorKind::conflict, from + " can't share its files with " + to +
                                   " by hard links: have both on one file system that has them, for a backup would "
                                   "halt the server for as long as it copies all."};
}

// The uploaded files get second names: objects never change, and none comes or goes meanwhile.
Result<void> link_files(const std::string& directory, const std::string& folder) {
  const fs::path from = directory + "/files";
  std::error_code failed;
  if (!fs::exists(from, failed)) return {};
  for (fs::recursive_directory_iterator at(from, failed), end; !failed && at != end; at.increment(failed)) {
    if (at.depth() == 0 && at->path().filename() == "incoming") at.disable_recursion_pending();
    if (at.depth() == 0 && at->path().filename() == place_file) continue;
    const fs::path to = fs::path(folder) / "files" / fs::relative(at->path(), from);
    if (at->is_directory()) {
      fs::create_directories(to, failed);
    } else if (const auto linked = backup::link_file(at->path(), to); !linked) {
      return linked.error();
    } else if (!*linked) {
      return no_links(from, directory);
    }
  }
  if (failed)
    return Error{ErrorKind::internal_server_error, from.string() + " can't be read: " + failed.message() + "."};
  fs::create_directories(fs::path(folder) / "files", failed);
  return copy_place(from.string(), folder + "/files");
}

// Without hard links all tables would be copied while the control plane stands still.
Result<void> try_link(const std::string& directory, const std::string& folder) {
  const std::string trial = folder + "/trial";
  const auto linked = backup::link_file(directory + "/data/CURRENT", trial);
  if (!linked) return linked.error();
  if (*linked) return backup::remove_folder(trial);
  return no_links(directory + "/data", directory);
}

Result<void> copy_planes(store::ControlPlane& control, store::DataPlane& data, const std::string& directory,
                         const std::string& folder) {
  if (auto made = backup::make_folder(folder); !made) return made;
  if (auto tried = try_link(directory, folder); !tried) return tried;
  if (auto flushed = store::flush_rocksdb(data); !flushed) return flushed;
  return store::copy_sqlite(control, folder + "/control.db",
                            [&] { return store::copy_rocksdb(data, folder + "/data"); });
}

}  // namespace

Result<void> make_snapshot(store::ControlPlane& control, store::DataPlane& data, const std::string& directory) {
  if (auto may = data.health().check_addition(); !may) return may;
  std::error_code unknown;  // then the path as it is will do
  const std::string whole_path = fs::absolute(directory, unknown).string();
  const std::string begun = new_folder(unknown ? directory : whole_path);
  if (auto removed = backup::remove_folder(begun); !removed) return removed;
  auto made = copy_planes(control, data, directory, begun);
  if (made) made = link_files(directory, begun);
  if (made) made = backup::remove_folder(made_folder(directory));
  if (made) made = rename(begun, made_folder(directory));
  if (!made) (void)backup::remove_folder(begun);  // the next one tries again
  return made;
}

Result<std::string> claim_snapshot(const std::string& directory) {
  const std::string claimed = claimed_folder(directory);
  if (auto renamed = rename(made_folder(directory), claimed); !renamed) return renamed.error();
  return claimed;
}

Result<void> remove_snapshots(const std::string& directory) {
  if (auto removed = backup::remove_folder(made_folder(directory)); !removed) return removed;
  return backup::remove_folder(claimed_folder(directory));
}

void remove_left_snapshots(const std::string& directory) {
  const auto unused = backup::FolderLock::take(directory);
  if (!unused) return;
  auto removed = remove_snapshots(directory);
  if (removed) removed = backup::remove_folder(new_folder(directory));
  if (!removed) log::warning("server", "What a backup has left is not removed", {{"why", removed.error().text}});
}

}  // namespace teahouse
