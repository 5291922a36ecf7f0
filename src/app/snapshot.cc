// The control plane stands still while the data plane is copied. So the two are what a crash would have left at the end
// of that: what is in the data plane was written by who knew of nothing later in the control plane. A start knows what
// to do with that (bond.h, and the notes of removals).
#include "app/snapshot.h"

#include <filesystem>

#include "backup/backup_folder.h"
#include "backup/files.h"
#include "base/log.h"
#include "store/rocksdb/rocksdb_plane.h"
#include "store/sqlite/sqlite_plane.h"

namespace teahouse {
namespace {

Result<void> copy_planes(store::ControlPlane& control, store::DataPlane& data, const std::string& folder) {
  if (auto made = backup::make_folder(folder); !made) return made;
  if (auto flushed = store::flush_rocksdb(data); !flushed) return flushed;
  return store::copy_sqlite(control, folder + "/control.db",
                            [&] { return store::copy_rocksdb(data, folder + "/data"); });
}

}  // namespace

std::string snapshot_folder(const std::string& directory) { return directory + "/snapshot"; }

Result<void> make_snapshot(store::ControlPlane& control, store::DataPlane& data, const std::string& directory) {
  if (auto removed = remove_snapshot(directory); !removed) return removed;
  std::error_code unknown;  // then the path as it is will do
  const std::string whole_path = std::filesystem::absolute(directory, unknown).string();
  auto copied = copy_planes(control, data, snapshot_folder(unknown ? directory : whole_path));
  if (!copied) (void)remove_snapshot(directory);  // the next one tries again
  return copied;
}

Result<void> check_snapshot(const std::string& directory) {
  if (auto checked = store::check_sqlite_copy(snapshot_folder(directory) + "/control.db"); !checked) return checked;
  return store::check_rocksdb_copy(snapshot_folder(directory) + "/data");
}

Result<void> remove_snapshot(const std::string& directory) { return backup::remove_folder(snapshot_folder(directory)); }

void remove_left_snapshot(const std::string& directory) {
  const auto unused = backup::FolderLock::take(directory);
  const auto removed = unused ? remove_snapshot(directory) : Result<void>();
  if (!removed) log::warning("server", "What a backup has left is not removed", {{"why", removed.error().text}});
}

}  // namespace teahouse
