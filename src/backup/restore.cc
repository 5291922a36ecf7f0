#include "backup/restore.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>

#include "backup/backup_folder.h"
#include "backup/files.h"
#include "backup/manifest.h"
#include "tenant/whole_file.h"

namespace teahouse::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* marker_text = "A restore into this folder is at work, or was cut short.\n";

std::string marker_of(const std::string& directory) { return directory + "/RESTORING"; }

// Names the file that is not as it was written.
Result<void> compare(const std::string& path, const Result<FileDigest>& found, const FileDigest& wanted) {
  if (found && *found == wanted) return {};
  const std::string why = found ? "it is not as it was written." : found.error().text;
  return Error{
      ErrorKind::internal_server_error,
      path + " is damaged: " + why + " Nothing was restored. Is there another backup, before or after this one?"};
}

Result<void> verify(const std::string& backup, const Manifest& manifest) {
  for (const ManifestFile& file : manifest.files) {
    const std::string path = backup + "/" + file.path;
    if (auto same = compare(path, digest_file(path), file.digest); !same) return same;
  }
  return {};
}

// Refuses a folder that holds anything but what a restore has left.
Result<void> check_empty(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return bad_request(directory + " can't be read: " + std::strerror(errno) + ".");
  }
  if (status.st_uid != ::geteuid()) {
    return bad_request(directory + " is of another user. Run this as that user, whose the house will be.");
  }
  std::error_code failed;
  if (fs::exists(marker_of(directory), failed)) return {};
  for (fs::directory_iterator at(directory, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (name == "lost+found") continue;
    return bad_request(directory + " is not empty (" + name +
                       "). A house is restored into an empty folder: move what is there away first.");
  }
  if (failed) return bad_request(directory + " can't be read: " + failed.message() + ".");
  return {};
}

Result<void> make_where_there_is_none(const std::string& directory) {
  std::error_code none;
  return fs::exists(directory, none) ? Result<void>() : make_folder(directory);
}

std::set<std::string> folders_of(const Manifest& manifest) {
  std::set<std::string> folders{"data"};
  for (const ManifestFile& file : manifest.files) add_folders(file.path, folders);
  return folders;
}

Result<void> remove_leftovers(const std::string& directory, const Manifest& manifest) {
  for (const std::string& folder : folders_of(manifest)) {
    if (auto removed = remove_folder(directory + "/" + folder); !removed) return removed;
  }
  for (const ManifestFile& file : manifest.files) {
    if (auto removed = remove_folder(directory + "/" + file.path); !removed) return removed;
  }
  return {};
}

Result<void> copy_all(const std::string& backup, const Manifest& manifest, const std::string& directory) {
  if (auto removed = remove_leftovers(directory, manifest); !removed) return removed;
  const std::set<std::string> folders = folders_of(manifest);
  for (const std::string& folder : folders) {
    if (auto made = make_folder(directory + "/" + folder); !made) return made;
  }
  for (const ManifestFile& file : manifest.files) {
    const auto copied = copy_file(backup + "/" + file.path, directory + "/" + file.path);
    if (!copied) return copied.error();
    if (auto same = compare(backup + "/" + file.path, copied, file.digest); !same) return same;
  }
  for (const std::string& folder : folders) {
    if (auto synced = sync_folder(directory + "/" + folder); !synced) return synced;
  }
  return sync_folder(directory);
}

}  // namespace

Result<Restored> restore_backup(const std::string& from, const std::string& directory) {
  const auto backup = find_backup(from);
  if (!backup) return backup.error();
  if (auto empty = check_empty(directory); !empty) return empty.error();
  const auto reading = FolderLock::take(fs::weakly_canonical(*backup).parent_path().string());
  if (!reading) return reading.error();
  const auto manifest = load_manifest(*backup);
  if (!manifest) return manifest.error();
  if (auto whole = verify(*backup, *manifest); !whole) return whole.error();
  if (auto made = make_where_there_is_none(directory); !made) return made.error();
  const auto lock = FolderLock::take(directory);
  if (!lock) return lock.error();
  if (auto empty = check_empty(directory); !empty) return empty.error();  // a server may have begun there meanwhile
  if (auto marked = write_whole_file(marker_of(directory), marker_text, 0600); !marked) return marked.error();
  if (auto copied = copy_all(*backup, *manifest, directory); !copied) return copied.error();
  if (::unlink(marker_of(directory).c_str()) != 0) {
    return Error{ErrorKind::internal_server_error,
                 marker_of(directory) + " can't be removed: " + std::strerror(errno) + "."};
  }
  if (auto synced = sync_folder(directory); !synced) return synced.error();
  return Restored{*backup, manifest->made, manifest->files.size(), manifest->bytes()};
}

Result<void> refuse_no_house(const std::string& directory) {
  std::error_code none;
  if (fs::exists(directory + "/" + manifest_name, none)) {
    return Error{ErrorKind::conflict, directory + " is a backup. `teahouse restore` makes a house of it."};
  }
  if (!fs::exists(marker_of(directory), none)) return {};
  return Error{ErrorKind::conflict, directory +
                                        " holds half a house: a restore into it is at work, or was cut short. Run "
                                        "`teahouse restore` again to its end."};
}

}  // namespace teahouse::backup
