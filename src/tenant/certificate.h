// Certificates: the certificates that tenants bring for their own domains: PEM chain and sealed private key.
//
// It only keeps them: app/ gives them to the listeners' TLS, and one of the LocalCa (local_ca.h) to a host that has
// none. Thread: any; the tasks go on on `home`. Limits: one for each of a tenant's hosts; a chain of 64 KiB and 10
// certificates, a key of 16 KiB. Errors: bad_request for one that is no good certificate for the domain, with a
// sentence for the person who uploaded it; item_not_found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "crypto/sealer.h"
#include "store/control_plane.h"
#include "tenant/tenant.h"

namespace teahouse {

struct HostCertificate {
  TenantId tenant = TenantId::server;
  std::string domain;
  std::string chain_pem;  // the host's certificate first
  std::string key_pem;    // never to be shown or logged
  int64_t not_after_ms = 0;
};
struct CertificateStatus {
  std::string domain;
  int64_t not_after_ms = 0;
};

class Certificates {
 public:
  // `seal_key` is 32 bytes from a file that is not in the database, as of SigningSecrets.
  Certificates(store::ControlPlane& control, const Clock& clock, std::string_view seal_key)
      : control_(control), clock_(clock), sealer_(crypto::Sealer::make(seal_key)) {}
  static std::vector<store::Migration> migrations();

  // All certificates of all tenants. Thread: before any loop runs.
  Result<std::vector<HostCertificate>> load_all();
  // Keeps a certificate, new or in place of the one that was there. The domain is one of the tenant's hosts, or else
  // its otherwise (`is_proved`); the certificate must be for it, be valid now and belong to the key. The answer is for
  // TLS: of the uploaded chain, the certificates alone.
  Task<Result<HostCertificate>> set(Executor& home, TenantPtr tenant, std::string domain, std::string chain_pem,
                                    std::string key_pem, bool is_proved = false);
  Task<Result<void>> remove(Executor& home, TenantId tenant, std::string domain);
  Task<Result<std::vector<CertificateStatus>>> list(Executor& home, TenantId tenant);

 private:
  store::ControlPlane& control_;
  const Clock& clock_;
  const Result<crypto::Sealer> sealer_;
};

}  // namespace teahouse
