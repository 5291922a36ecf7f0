// LocalCa: the server's own certificate authority, made at its first start, for hosts that have no certificate of their
// own.
//
// Only a machine that has installed its certificate trusts it: it is for development, for tests and for a
// house's own machines.
// Thread: any.
// Errors: internal_server_error for files that cannot be read or written or do not belong together.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace teahouse {

struct PemPair {
  std::string chain_pem, key_pem;
  int64_t not_after_ms = 0;
};

class LocalCa {
 public:
  // Reads the two files, or makes them (the key with mode 0600) where neither is. The folder must be there.
  static Result<LocalCa> load_or_make(const std::string& certificate_path, const std::string& key_path,
                                      const Clock& clock);

  // A certificate for all these names (domains as the tenant has them, so perhaps not ASCII; or IP addresses), the
  // first of them its subject; good for 397 days.
  Result<PemPair> issue_local(const std::vector<std::string>& names) const;
  const std::string& certificate_pem() const { return certificate_pem_; }

 private:
  LocalCa(std::string certificate_pem, std::string key_pem, const Clock& clock)
      : certificate_pem_(std::move(certificate_pem)), key_pem_(std::move(key_pem)), clock_(&clock) {}

  std::string certificate_pem_, key_pem_;
  const Clock* clock_;
};

}  // namespace teahouse
