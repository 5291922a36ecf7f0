// Transfer: exports of tenants and of their users, and imports, for the HTTP API; one at a time of each tenant.
//
// Thread: any; what it gives, the loop `home`. Lifetime: it outlives the loops' work.
// Errors: conflict where the tenant is being exported already; those of Import.
#pragma once

#include <memory>
#include <mutex>
#include <set>

#include "http/body_source.h"
#include "transfer/import.h"
#include "transfer/parts.h"

namespace teahouse::transfer {

class Transfer {
 public:
  explicit Transfer(Parts parts) : parts_(std::move(parts)) {}

  Result<std::shared_ptr<http::BodySource>> export_tenant(Files& files, Executor& home, TenantPtr tenant);
  Result<std::shared_ptr<http::BodySource>> export_user(Files& files, Executor& home, TenantPtr tenant,
                                                        Account account);
  Task<Result<MadeTenant>> import(Files& files, Executor& home, Pieces pieces, ImportWanted wanted, std::string actor);

 private:
  Result<std::shared_ptr<http::BodySource>> open(Files& files, Executor& home, TenantPtr tenant,
                                                 std::optional<Account> only);

  // The tenants that are being exported.
  struct Busy {
    std::mutex mutex;
    std::set<TenantId> tenants;  // guarded by mutex
  };
  const Parts parts_;
  const std::shared_ptr<Busy> busy_ = std::make_shared<Busy>();
};

}  // namespace teahouse::transfer
