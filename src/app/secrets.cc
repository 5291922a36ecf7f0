#include "app/secrets.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse {
namespace {

Error failed(const std::string& what, const std::string& path) {
  return {ErrorKind::internal_server_error, path + " can't be " + what + ": " + strerror(errno) + "."};
}

Result<std::string> load_or_make(const std::string& path, const std::string& fresh) {
  std::ifstream file(path);
  if (file) {
    std::stringstream bytes;
    bytes << file.rdbuf();
    std::string text = bytes.str();
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (text.empty()) return Error{ErrorKind::internal_server_error, path + " is empty. Put it back from your backup."};
    return text;
  }
  if (errno != ENOENT) return failed("read", path);
  const auto written = write_private_file(path, fresh + "\n");
  if (!written) return written.error();
  return fresh;
}

}  // namespace

Result<void> write_private_file(const std::string& path, const std::string& bytes) {
  const std::string next = path + ".new";
  const int fd = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return failed("written", next);
  const bool whole = write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && fsync(fd) == 0;
  close(fd);
  if (!whole || rename(next.c_str(), path.c_str()) != 0) return failed("written", path);
  return {};
}

Result<Secrets> load_or_make_secrets(const std::string& data_directory) {
  auto operator_key = load_or_make(data_directory + "/operator.key", "ok_" + random_token(40));
  if (!operator_key) return operator_key.error();
  const auto seal_hex = load_or_make(data_directory + "/seal.key", crypto::to_hex(random_bytes(32)));
  if (!seal_hex) return seal_hex.error();
  auto seal_key = crypto::parse_hex(*seal_hex);
  if (!seal_key || seal_key->size() != 32) {
    return Error{ErrorKind::internal_server_error,
                 data_directory + "/seal.key is not 64 hexadecimal digits. Put it back from your backup."};
  }
  Secrets secrets;
  secrets.operator_key = std::move(*operator_key);
  secrets.fake_salt_secret = crypto::hmac_sha256(*seal_key, "salts of accounts that do not exist");
  secrets.archive_id_secret = crypto::hmac_sha256(*seal_key, "ids of archives");
  secrets.seal_key = std::move(*seal_key);
  return secrets;
}

}  // namespace teahouse
