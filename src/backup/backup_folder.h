// BackupFolder: where the backups of one house are, each in a folder of its own, named by number and time:
//
//   000012-20261128T131644Z/   manifest.json, control.db, data/...
//   unfinished/                one that is being made, or was cut short
//
// Errors: bad_request for a folder that is not there or holds other things; conflict while somebody is at work on it;
// internal_server_error where the disk does not tell whether a backup has a manifest: then nothing is removed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace teahouse::backup {

// A process's hold of a folder that it works on. It ends with its owner, also by kill -9. A file system without locks
// has none.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

class BackupFolder {
 public:
  static Result<BackupFolder> open(const std::string& path);

  std::string path_of(const std::string& name) const { return path_ + "/" + name; }
  std::string unfinished() const { return path_of("unfinished"); }
  // The backups that are whole, oldest first.
  const std::vector<std::string>& names() const { return names_; }
  // Sentences on the leftovers that were removed when the folder was opened.
  const std::vector<std::string>& notes() const { return notes_; }
  // The name of the backup that comes next: its number tells that, whatever the clock says.
  std::string next_name(int64_t wall_ms) const;
  // Makes the folder unfinished() a backup of this name.
  Result<void> finish(const std::string& name);
  // Removes the oldest backups until there are so many.
  Result<std::vector<std::string>> keep(size_t count);
  const std::string& path() const { return path_; }

 private:
  BackupFolder(std::string path, FolderLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  Result<void> read();
  Result<void> remove(const std::string& name);

  std::string path_;
  FolderLock lock_;
  std::vector<std::string> names_, notes_;
  uint64_t last_number_ = 0;
};

// Whether a folder is named as a backup is.
bool is_backup_name(std::string_view name);
// The backup that a path names: the path itself, or the newest whole one in it. Errors: bad_request.
Result<std::string> find_backup(const std::string& path);

}  // namespace teahouse::backup
