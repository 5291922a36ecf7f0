#include "tenant/local_ca.h"

#include "base/log.h"
#include "crypto/x509.h"
#include "tenant/names.h"
#include "tenant/whole_file.h"

namespace teahouse {
namespace {

constexpr int ca_days = 3650;
constexpr int certificate_days = 397;  // the most that browsers take from authorities that they know

}  // namespace

Result<LocalCa> LocalCa::load_or_make(const std::string& certificate_path, const std::string& key_path,
                                      const Clock& clock) {
  const int64_t now_s = clock.wall_ms() / 1000;
  const auto has_certificate = has_file(certificate_path), has_key = has_file(key_path);
  if (!has_certificate) return has_certificate.error();
  if (!has_key) return has_key.error();
  if (!*has_certificate) {  // a key alone is what a start that was cut short left behind
    const auto made = crypto::make_local_ca("Teahouse local authority", now_s, ca_days);
    if (!made) return made.error();
    if (const auto written = write_whole_file(key_path, made->key_pem, 0600); !written) return written.error();
    if (const auto written = write_whole_file(certificate_path, made->certificate_pem, 0644); !written)
      return written.error();
    return LocalCa(made->certificate_pem, made->key_pem, clock);
  }
  if (!*has_key) {
    return Error{ErrorKind::internal_server_error, "The local authority's key " + key_path +
                                                       " is missing. Put it back from your backup, or remove " +
                                                       certificate_path + " to have new ones made."};
  }
  const auto certificate = read_whole_file(certificate_path);
  if (!certificate) return certificate.error();
  const auto key = read_whole_file(key_path);
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
