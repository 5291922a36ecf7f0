#include "tenant/local_ca.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/log.h"
#include "crypto/x509.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

constexpr int ca_days = 3650;
constexpr int certificate_days = 397;  // the most that browsers take from authorities that they know

Error failed(const std::string& what, const std::string& path) {
  return {ErrorKind::internal_server_error, what + " " + path + ": " + std::strerror(errno) + "."};
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return failed("Cannot read", path);
  return text;
}

// Whole and on disk, or not there at all.
Result<void> write_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
  if (file < 0) return failed("Cannot make", draft);
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  const Error trouble = failed("Cannot write", draft);
  ::close(file);
  if (!written) return trouble;
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed("Cannot rename to", path);
  return {};
}

void warn_of_open_key(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    log::warning("tenant", "The local authority's private key can be read by others; give it mode 0600",
                 {{"file", path}});
  }
}

}  // namespace

Result<LocalCa> LocalCa::load_or_make(const std::string& certificate_path, const std::string& key_path,
                                      const Clock& clock) {
  const int64_t now_s = clock.wall_ms() / 1000;
  if (!exists(certificate_path)) {  // a key alone is what a start that was cut short left behind
    const auto made = crypto::make_local_ca("Teahouse local authority", now_s, ca_days);
    if (!made) return made.error();
    if (const auto written = write_file(key_path, made->key_pem, 0600); !written) return written.error();
    if (const auto written = write_file(certificate_path, made->certificate_pem, 0644); !written)
      return written.error();
    return LocalCa(made->certificate_pem, made->key_pem, clock);
  }
  const auto certificate = read_file(certificate_path);
  if (!certificate) return certificate.error();
  const auto key = read_file(key_path);
  if (!key) return key.error();
  if (const auto matches = crypto::check_key_matches({*certificate, *key}); !matches) {
    return Error{ErrorKind::internal_server_error, "The local authority cannot be used (" + certificate_path + ", " +
                                                       key_path + "): " + matches.error().text +
                                                       " Remove both to have new ones made."};
  }
  warn_of_open_key(key_path);
  const auto info = crypto::read_certificate(*certificate);
  if (info && info->not_after_s <= now_s) {
    log::warning("tenant", "The local authority's certificate ran out; remove its two files to have new ones made",
                 {{"file", certificate_path}});
  }
  return LocalCa(*certificate, *key, clock);
}

Result<PemPair> LocalCa::issue_local(const std::vector<std::string>& names) const {
  std::vector<std::string> ascii_names;
  for (const std::string& name : names) {
    if (name.starts_with("*.") || name.find(':') != name.npos) {  // a wildcard or an IPv6 address is ASCII as it is
      ascii_names.push_back(name);
      continue;
    }
    auto ascii = ascii_domain(name);
    if (!ascii) return ascii.error();
    ascii_names.push_back(std::move(*ascii));
  }
  const int64_t now_s = clock_->wall_ms() / 1000;
  const auto issued = crypto::issue_certificate({certificate_pem_, key_pem_}, ascii_names, now_s, certificate_days);
  if (!issued) return issued.error();
  const auto info = crypto::read_certificate(issued->certificate_pem);
  if (!info) return info.error();
  return PemPair{issued->certificate_pem + certificate_pem_, issued->key_pem, info->not_after_s * 1000};
}

}  // namespace teahouse
