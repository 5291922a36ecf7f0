#include "tenant/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/log.h"

namespace teahouse {
namespace {

Error failed(std::string_view what, const std::string& path, int reason) {
  return {ErrorKind::internal_server_error,
          path + " can't be " + std::string(what) + ": " + std::strerror(reason) +
              (reason == ENOSPC || reason == EDQUOT || reason == EFBIG ? ". Make room on the disk, and start it again."
                                                                       : ". Is the directory this user's own?")};
}

// 0, or why not.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

// A new name is on disk when its directory is.
int sync_directory(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const int opened = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return errno;
  const int reason = ::fsync(opened) == 0 ? 0 : errno;
  ::close(opened);
  return reason;
}

}  // namespace

Result<void> write_whole_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
  if (file < 0) return failed("written", path, errno);
  int reason = write_all(file, text);
  ::close(file);
  if (reason == 0 && ::rename(draft.c_str(), path.c_str()) != 0) reason = errno;
  if (reason == 0) reason = sync_directory(path);
  if (reason == 0) return {};
  ::unlink(draft.c_str());
  return failed("written", path, reason);
}

Result<std::string> read_whole_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return failed("read", path, errno ? errno : EIO);
  return text;
}

Result<bool> has_file(const std::string& path) {
  std::error_code unknown;
  const bool there = std::filesystem::exists(path, unknown);
  if (unknown) return failed("read", path, unknown.value());
  return there;
}

void warn_of_open_key(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    log::warning("server", "A private key can be read by others; give it mode 0600", {{"file", path}});
  }
}

}  // namespace teahouse
