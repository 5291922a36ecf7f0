#include "store/rocksdb/table_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace teahouse::store::rocks {
namespace {

constexpr size_t step_bytes = 1 << 20;

// False, with errno, where not all can be had.
bool read_at(int file, uint64_t offset, char* into, size_t bytes) {
  size_t done = 0;
  while (done < bytes) {
    const ssize_t size = ::pread(file, into + done, bytes - done, static_cast<off_t>(offset + done));
    if (size < 0 && errno == EINTR) continue;
    if (size == 0) errno = EIO;  // the file has become shorter
    if (size <= 0) return false;
    done += static_cast<size_t>(size);
  }
  return true;
}

bool write_at(int file, uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    offset += static_cast<size_t>(size);
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

// So that a file that was made in it, or was given its name, is there after a crash.
bool sync_folder(const std::filesystem::path& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  const bool synced = ::fsync(folder) == 0;
  ::close(folder);
  return synced;
}

Error cannot(const std::string& path, const std::string& what) {
  return {ErrorKind::internal_server_error, "data plane: " + path + " can't be " + what + ": " + std::strerror(errno)};
}

}  // namespace

TableDisk::~TableDisk() {
  if (file_ >= 0) ::close(file_);
}

Error TableDisk::failed(const std::string& what) const { return cannot(path_, what); }

Result<bool> TableDisk::open() {
  file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0 && errno == ENOENT) return false;
  struct stat status {};
  if (file_ < 0 || ::fstat(file_, &status) != 0) return failed("read");
  bytes_ = static_cast<uint64_t>(status.st_size);
  return true;
}

TableCheck TableDisk::check(const KeyRange& keys, const std::function<void(size_t)>& pace) const {
  return check_table(
      [&](uint64_t offset, size_t bytes, std::string* into) {
        pace(bytes);
        into->resize(bytes);
        return read_at(file_, offset, into->data(), bytes);
      },
      bytes_, keys);
}

void TableDisk::forget() const { ::posix_fadvise(file_, 0, 0, POSIX_FADV_DONTNEED); }

Result<void> TableDisk::copy(const Block& block, int to, const std::string& path) const {
  std::string bytes;
  for (uint64_t at = 0; at < block.bytes; at += step_bytes) {
    bytes.resize(std::min<uint64_t>(step_bytes, block.bytes - at));
    if (!read_at(file_, block.offset + at, bytes.data(), bytes.size())) return failed("read");
    if (!write_at(to, at, bytes)) return cannot(path, "written");
  }
  return {};
}

Result<void> TableDisk::keep(const Block& block, const std::string& path) const {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code failed;  // to make it, or to find the file: then it can't be written either
  std::filesystem::create_directories(folder, failed);
  const auto there = std::filesystem::file_size(path, failed);
  if (!failed && there >= block.bytes) return {};
  const std::string part = path + ".part";
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return cannot(part, "made");
  auto copied = copy(block, file, part);
  if (copied && ::fsync(file) != 0) copied = cannot(part, "written");
  ::close(file);
  if (copied && ::rename(part.c_str(), path.c_str()) != 0) copied = cannot(path, "made");
  if (copied && !(sync_folder(folder) && sync_folder(folder.parent_path()))) copied = cannot(path, "written");
  if (!copied) ::unlink(part.c_str());
  return copied;
}

Result<void> TableDisk::check_blanks(const std::vector<Rot>& rots) const {
  for (const Rot& rot : rots) {
    if (!make_blank(rot).empty()) continue;
    return Error{ErrorKind::internal_server_error,
                 "data plane: " + path_ + " has no room for a blank of " + std::to_string(rot.block.bytes) + " bytes"};
  }
  return {};
}

Result<void> TableDisk::check_names() const {
  struct stat status {};
  if (::fstat(file_, &status) != 0) return failed("read");
  if (status.st_nlink <= 1) return {};
  return Error{ErrorKind::internal_server_error,
               "data plane: " + path_ + " has other names (hard links), which a blank would change too"};
}

Result<void> TableDisk::write_blanks(const std::vector<Rot>& rots, int to, const std::string& path) {
  for (const Rot& rot : rots) {
    if (!write_at(to, rot.block.offset, make_blank(rot))) return cannot(path, "written");
  }
  if (::fsync(to) != 0) return cannot(path, "written");
  return {};
}

Result<void> TableDisk::blank(const std::vector<Rot>& rots) const {
  if (auto alone = check_names(); !alone) return alone;
  const int file = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return failed("written");
  auto written = write_blanks(rots, file, path_);
  ::close(file);
  return written;
}

Result<void> TableDisk::replace(const std::vector<Rot>& rots, const std::string& draft) const {
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return cannot(draft, "made");
  auto written = copy({0, bytes_}, file, draft);
  if (written) written = write_blanks(rots, file, draft);
  ::close(file);
  if (written && ::rename(draft.c_str(), path_.c_str()) != 0) written = failed("replaced");
  if (!written) ::unlink(draft.c_str());
  if (written && !sync_folder(std::filesystem::path(path_).parent_path())) written = failed("replaced");
  return written;
}

}  // namespace teahouse::store::rocks
