#include "http/file_source.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

namespace teahouse::http {

namespace {

Result<SharedBytes> read_at(int fd, uint64_t offset, size_t bytes) {
  std::string read(bytes, '\0');
  ssize_t n = 0;
  do { n = ::pread(fd, read.data(), read.size(), static_cast<off_t>(offset)); } while (n < 0 && errno == EINTR);
  if (n < 0) return Error{ErrorKind::internal_server_error, std::string("reading failed: ") + std::strerror(errno)};
  read.resize(static_cast<size_t>(n));
  return SharedBytes(std::move(read));
}

// Lets the kernel read so many bytes from the disk, unless it has them, and copies none. Gives how many it has now:
// fewer where the file ends or can't be read, and none where its file system can't do this.
size_t bring_into_memory(int fd, uint64_t offset, size_t bytes) {
  static const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  auto at = static_cast<off_t>(offset);
  size_t there = 0;
  while (there < bytes) {
    const ssize_t n = ::sendfile(nowhere, fd, &at, bytes - there);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    there += static_cast<size_t>(n);
  }
  return there;
}

class FileSource final : public BodySource {
 public:
  FileSource(int fd, uint64_t size, Executor& home, Executor& disk) : fd_(fd), left_(size), home_(home), disk_(disk) {}
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;

  std::optional<uint64_t> size() const override { return left_; }
  bool is_seekable() const override { return true; }
  void narrow(uint64_t first, uint64_t bytes) override {
    offset_ += first;
    left_ = bytes;
  }

  Task<Result<SharedBytes>> read(size_t bytes_max) override {
    const size_t bytes = std::min<uint64_t>(bytes_max, left_);
    if (bytes == 0) co_return SharedBytes();
    const std::function<void(Async<Result<SharedBytes>>::Done)> start = [this, bytes](auto done) {
      disk_.post([fd = fd_, offset = offset_, bytes, done = std::move(done)] { done(read_at(fd, offset, bytes)); });
    };
    auto read = co_await Async<Result<SharedBytes>>(home_, start);
    if (read) advance(read->size());
    co_return read;
  }

  Task<std::optional<FilePart>> prepare(size_t bytes_max) override {
    const size_t bytes = std::min<uint64_t>(bytes_max, left_);
    const std::function<void(Async<size_t>::Done)> start = [this, bytes](auto done) {
      disk_.post(
          [fd = fd_, offset = offset_, bytes, done = std::move(done)] { done(bring_into_memory(fd, offset, bytes)); });
    };
    const size_t there = co_await Async<size_t>(home_, start);
    if (there == 0) co_return std::nullopt;
    const FilePart part{fd_, offset_, there};
    advance(there);
    co_return part;
  }

 private:
  void advance(size_t bytes) {
    offset_ += bytes;
    left_ -= bytes;
  }

  const int fd_;
  uint64_t offset_ = 0;
  uint64_t left_;
  Executor& home_;
  Executor& disk_;
};

}  // namespace

Result<std::shared_ptr<BodySource>> open_file_source(const std::string& path, Executor& home, Executor& disk) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // no pipe holds us up
  struct stat status {};
  if (fd < 0 || ::fstat(fd, &status) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (error == ENOENT || error == ENOTDIR) return Error{ErrorKind::item_not_found, "There is no such file."};
    return Error{ErrorKind::internal_server_error, "cannot open " + path + ": " + std::strerror(error)};
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(fd);
    return Error{ErrorKind::item_not_found, "There is no such file."};
  }
  return std::shared_ptr<BodySource>(
      std::make_shared<FileSource>(fd, static_cast<uint64_t>(status.st_size), home, disk));
}

}  // namespace teahouse::http
