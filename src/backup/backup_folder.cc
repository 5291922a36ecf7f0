#include "backup/backup_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "backup/files.h"
#include "backup/manifest.h"
#include "base/clock.h"
#include "base/text.h"

namespace teahouse::backup {
namespace {

namespace fs = std::filesystem;

constexpr size_t number_digits = 6;
constexpr std::string_view pattern = "000000-00000000T000000Z";  // 0: a digit

// Only what is surely not there is none: a disk may fail to tell.
Result<bool> is_whole(const std::string& backup) {
  const std::string manifest = backup + "/" + manifest_name;
  struct stat status {};
  if (::stat(manifest.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  return Error{ErrorKind::internal_server_error,
               manifest + " can't be looked at: " + std::strerror(errno) + ". Nothing was removed."};
}

// Backups are found by their names; `others` gets what is none of ours.
Result<std::vector<std::string>> list_names(const std::string& path, std::string* others) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (is_backup_name(name)) {
      names.push_back(name);
    } else if (name != "unfinished" && name != "lost+found") {
      *others = name;
    }
  }
  if (failed) return bad_request(path + " can't be read: " + failed.message() + ".");
  std::ranges::sort(names);
  return names;
}

uint64_t number_of(const std::string& name) {
  return parse_decimal<uint64_t>(std::string_view(name).substr(0, number_digits)).value_or(0);
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::string& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return bad_request(folder + " can't be opened: " + std::strerror(errno) + ".");
  FolderLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error{ErrorKind::conflict,
                 "Another backup or restore is at work on " + folder + "; wait until it has ended."};
  }
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

bool is_backup_name(std::string_view name) {
  return std::ranges::equal(name, pattern,
                            [](char c, char wanted) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; });
}

Result<std::string> find_backup(const std::string& path) {
  if (std::error_code failed; !fs::is_directory(path, failed)) {
    return bad_request(path + (failed ? " can't be read: " + failed.message() + "." : " is no folder."));
  }
  const auto itself = is_whole(path);
  if (!itself) return itself.error();
  if (*itself) return path;
  std::string others;
  const auto names = list_names(path, &others);
  if (!names) return names.error();
  const std::vector<std::string> newest_first(names->rbegin(), names->rend());
  for (const std::string& name : newest_first) {
    const auto whole = is_whole(path + "/" + name);
    if (!whole) return whole.error();
    if (*whole) return path + "/" + name;
  }
  return bad_request(path + " holds no backup that was made to its end: neither " + manifest_name +
                     " nor a folder with one is in it.");
}

Result<BackupFolder> BackupFolder::open(const std::string& path) {
  std::error_code none;
  if (!fs::exists(path, none)) {
    return bad_request(path + " is not there. Is its disk mounted? A new folder for backups is made by hand: mkdir " +
                       path);
  }
  if (!fs::is_directory(path, none)) return bad_request(path + " is no folder.");
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    return bad_request(path + " can't be written: " + std::strerror(errno) + ".");
  auto lock = FolderLock::take(path);
  if (!lock) return lock.error();
  BackupFolder folder(path, std::move(*lock));
  if (auto read = folder.read(); !read) return read.error();
  return folder;
}

Result<void> BackupFolder::read() {
  std::string others;
  const auto names = list_names(path_, &others);
  if (!names) return names.error();
  if (!others.empty()) {
    return bad_request(path_ + " holds other things than backups (" + others +
                       "). Give backups a folder of their own.");
  }
  std::vector<std::string> leftovers;  // of those whose removal was cut short
  for (const std::string& name : *names) {
    last_number_ = std::max(last_number_, number_of(name));
    const auto whole = is_whole(path_of(name));
    if (!whole) return whole.error();
    (*whole ? names_ : leftovers).push_back(name);
  }
  for (const std::string& name : leftovers) {
    if (auto removed = remove(name); !removed) return removed;
    notes_.push_back(path_of(name) + " had no " + manifest_name + ": what was left of it is removed.");
  }
  return remove_folder(unfinished());
}

std::string BackupFolder::next_name(int64_t wall_ms) const {
  std::string number = std::to_string(last_number_ + 1), time = format_time(wall_ms).substr(0, 19) + "Z";
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return std::string(number_digits - std::min(number_digits, number.size()), '0') + number + "-" + time;
}

Result<void> BackupFolder::finish(const std::string& name) {
  std::error_code failed;
  fs::rename(unfinished(), path_of(name), failed);
  if (failed) return Error{ErrorKind::internal_server_error, path_of(name) + " can't be made: " + failed.message()};
  names_.push_back(name);
  return sync_folder(path_);
}

Result<std::vector<std::string>> BackupFolder::keep(size_t count) {
  std::vector<std::string> removed;
  while (names_.size() > count) {
    if (auto gone = remove(names_.front()); !gone) return gone.error();
    removed.push_back(names_.front());
    names_.erase(names_.begin());
  }
  return removed;
}

// Its manifest goes first, so that the rest of it is no backup.
Result<void> BackupFolder::remove(const std::string& name) {
  std::error_code none;
  fs::remove(path_of(name) + "/" + manifest_name, none);
  if (auto synced = sync_folder(path_of(name)); !synced) return synced;
  return remove_folder(path_of(name));
}

}  // namespace teahouse::backup
