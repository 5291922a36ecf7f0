// Renewing: the certificates of all proved names, joined to what the server has: the authority of the configuration,
// the tenants, their domains, the audit, and the TLS that shows what comes.
//
// Thread: made by the main thread, then that of the first worker's loop. Lifetime: all that it is given outlives it.
#pragma once

#include <memory>

#include "acme/renewals.h"
#include "app/config.h"
#include "app/outside.h"
#include "app/tenancy.h"
#include "app/worker.h"
#include "domains/domains.h"
#include "tenant/audit.h"

namespace teahouse {

class Renewing {
 public:
  struct Parts {
    const Config& config;
    const Clock& clock;
    store::ControlPlane& control;
    std::string seal_key;
    Worker& worker;
    const Tenants& tenants;
    const domains::Domains& domains;
    Certificates& certificates;
    acme::Challenges& challenges;
    Audit& audit;
    Tenancy& tenancy;
  };
  // Errors: bad_request for a setting that cannot be read; those of acme::Renewals::load().
  static Result<std::unique_ptr<Renewing>> make(Parts parts);

  acme::Renewals& renewals() { return *renewals_; }

 private:
  explicit Renewing(Parts parts);
  Result<void> set_up();
  Result<acme::AuthoritySettings> read_settings() const;
  std::vector<acme::Renewals::Name> wanted() const;

  const Parts parts_;
  Outside outside_;
  std::unique_ptr<acme::Renewals> renewals_;
};

}  // namespace teahouse
