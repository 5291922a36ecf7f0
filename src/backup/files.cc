#include "backup/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string_view>

#include "crypto/encoding.h"
#include "crypto/hasher.h"

namespace teahouse::backup {
namespace {

constexpr size_t piece_bytes = 1 << 20;

Error failed(std::string_view what, const std::string& path, int reason) {
  std::string text = path + " can't be " + std::string(what) + ": " + std::strerror(reason) + ".";
  if (reason == ENOSPC || reason == EDQUOT) text += " Make room on its disk.";
  if (reason == EIO) text += " Is its disk failing?";
  if (reason == EACCES || reason == EPERM) text += " Run this as the user whose folder it is.";
  return {ErrorKind::internal_server_error, std::move(text)};
}

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0) : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  const int number_;
};

// 0, or why not.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

// All of the file, a piece at a time, to `take`, whose error ends it.
Result<FileDigest> read_through(const std::string& path, int file,
                                const std::function<Result<void>(std::string_view)>& take) {
  crypto::Hasher hasher;
  FileDigest digest;
  std::string piece(piece_bytes, '\0');
  while (true) {
    const ssize_t size = ::read(file, piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed("read", path, errno);
    if (size == 0) break;
    const std::string_view bytes(piece.data(), static_cast<size_t>(size));
    hasher.add(bytes);
    digest.bytes += bytes.size();
    if (auto taken = take(bytes); !taken) return taken.error();
  }
  digest.sha256 = crypto::to_hex(hasher.finish());
  return digest;
}

}  // namespace

Result<FileDigest> digest_file(const std::string& path) {
  const File file(path, O_RDONLY);
  if (!file.is_open()) return failed("read", path, errno);
  ::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);  // what is in memory proves nothing of the disk
  auto digest = read_through(path, file.number(), [](std::string_view) { return Result<void>(); });
  ::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);
  return digest;
}

Result<FileDigest> copy_file(const std::string& from, const std::string& to) {
  const File source(from, O_RDONLY);
  if (!source.is_open()) return failed("read", from, errno);
  const File copy(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!copy.is_open()) return failed("written", to, errno);
  auto digest = read_through(from, source.number(), [&](std::string_view bytes) -> Result<void> {
    const int reason = write_all(copy.number(), bytes);
    if (reason != 0) return failed("written", to, reason);
    return {};
  });
  if (digest && ::fsync(copy.number()) != 0) return failed("written", to, errno);
  return digest;
}

Result<bool> link_file(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return true;
  if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK || errno == EXDEV) return false;
  return failed("written", to, errno);
}

Result<int64_t> modified_ns(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed("read", path, errno);
  return status.st_mtim.tv_sec * int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
}

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  return failed("made", path, errno);
}

Result<void> remove_folder(const std::string& path) {
  std::error_code reason;
  std::filesystem::remove_all(path, reason);
  if (reason) return failed("removed", path, reason.value());
  return {};
}

Result<void> sync_folder(const std::string& path) {
  const File folder(path, O_RDONLY | O_DIRECTORY);
  if (folder.is_open() && ::fsync(folder.number()) == 0) return {};
  return failed("written", path, errno);
}

}  // namespace teahouse::backup
