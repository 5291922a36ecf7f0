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

constexpr size_t step_bytes = 4096;  // a disk that fails does so by sectors

// As many bytes as can be had from there.
size_t read_at(int file, uint64_t offset, char* into, size_t bytes) {
  size_t done = 0;
  while (done < bytes) {
    const ssize_t size = ::pread(file, into + done, bytes - done, static_cast<off_t>(offset + done));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    done += static_cast<size_t>(size);
  }
  return done;
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

}  // namespace

TableDisk::~TableDisk() {
  if (file_ >= 0) ::close(file_);
}

Error TableDisk::failed(const std::string& what) const {
  return {ErrorKind::internal_server_error, "data plane: " + path_ + " can't be " + what + ": " + std::strerror(errno)};
}

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
        return read_at(file_, offset, into->data(), bytes) == bytes;
      },
      bytes_, keys);
}

void TableDisk::forget() const { ::posix_fadvise(file_, 0, 0, POSIX_FADV_DONTNEED); }

Result<void> TableDisk::keep(const Block& block, const std::string& path) const {
  std::error_code ignored;  // then the file can't be made either
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const int copy = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (copy < 0 && errno == EEXIST) return {};
  if (copy < 0)
    return Error{ErrorKind::internal_server_error, "data plane: " + path + " can't be made: " + std::strerror(errno)};
  bool written = true;
  std::string bytes(step_bytes, '\0');
  for (uint64_t at = 0; written && at < block.bytes; at += step_bytes) {
    const size_t size = std::min<uint64_t>(step_bytes, block.bytes - at);
    std::fill(bytes.begin(), bytes.end(), '\0');
    read_at(file_, block.offset + at, bytes.data(), size);
    written = write_at(copy, at, std::string_view(bytes).substr(0, size));
  }
  written = written && ::fsync(copy) == 0;
  const Error error{ErrorKind::internal_server_error,
                    "data plane: " + path + " can't be written: " + std::strerror(errno)};
  ::close(copy);
  if (written) return {};
  ::unlink(path.c_str());
  return error;
}

Result<void> TableDisk::blank(const Rot& rot) const {
  const std::string blank = make_blank(rot);
  if (blank.empty()) {
    return Error{ErrorKind::internal_server_error,
                 "data plane: " + path_ + " has no room for a blank of " + std::to_string(rot.block.bytes) + " bytes"};
  }
  const int file = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return failed("written");
  const bool written = write_at(file, rot.block.offset, blank) && ::fsync(file) == 0;
  const Error error = failed("written");
  ::close(file);
  if (!written) return error;
  return {};
}

}  // namespace teahouse::store::rocks
