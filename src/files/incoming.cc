#include "files/incoming.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "crypto/encoding.h"
#include "store/disk_health.h"

namespace teahouse {

namespace fs = std::filesystem;

Error disk_error(std::string_view what, const std::string& path, int reason) {
  if (reason == ENOSPC || reason == EDQUOT) return store::DiskHealth::full();
  return {ErrorKind::internal_server_error,
          path + " can't be " + std::string(what) + ": " + std::strerror(reason) + "."};
}

Result<void> sync_folder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  const int reason = errno;
  if (folder >= 0) ::close(folder);
  return synced ? Result<void>() : disk_error("synced", path, reason);
}

Result<void> make_synced_folder(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  const std::string above = fs::path(path).parent_path().string();
  if (auto made = make_synced_folder(above); !made) return made;
  fs::create_directory(path, error);
  if (error) return disk_error("made", path, error.value());
  return sync_folder(above);
}

Result<void> prepare_incoming(const std::string& folder) {
  if (auto made = make_synced_folder(folder); !made) return made;
  std::error_code error;
  for (const auto& left : fs::directory_iterator(folder, error)) fs::remove_all(left.path(), error);
  if (error) return disk_error("emptied", folder, error.value());
  return {};
}

Result<std::unique_ptr<IncomingFile>> IncomingFile::make(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return disk_error("made", path, errno);
  return std::unique_ptr<IncomingFile>(new IncomingFile(file, path));  // tidy: allow new: the constructor is private
}

IncomingFile::~IncomingFile() {
  ::close(file_);
  if (!moved_) ::unlink(path_.c_str());
}

Result<void> IncomingFile::write(std::string_view bytes) {
  hasher_.add(bytes);
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return disk_error("written", path_, errno);
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Digest IncomingFile::finish() { return crypto::to_hex(hasher_.finish()); }

Result<void> IncomingFile::sync() { return ::fsync(file_) == 0 ? Result<void>() : disk_error("synced", path_, errno); }

Result<void> IncomingFile::move_to(const std::string& path) {
  if (::rename(path_.c_str(), path.c_str()) != 0) return disk_error("renamed", path_, errno);
  moved_ = true;
  return {};
}

Result<std::string> IncomingFile::read(uint64_t first, size_t bytes) const {
  std::string piece(bytes, '\0');
  size_t filled = 0;
  while (filled < bytes) {
    const ssize_t n = ::pread(file_, piece.data() + filled, bytes - filled, static_cast<off_t>(first + filled));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return disk_error("read", path_, n < 0 ? errno : EIO);
    filled += static_cast<size_t>(n);
  }
  return piece;
}

}  // namespace teahouse
