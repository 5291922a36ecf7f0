// AccountWorld: a TenantWorld with accounts and two tenants, for tests: of this folder and of those above.
#pragma once

#include <string>

#include "account/accounts.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::testing {

struct AccountWorld : TenantWorld {
  AccountWorld() : TenantWorld(Accounts::migrations(), Accounts::tables()) {}

  Result<Account> create(const TenantPtr& tenant, const std::string& localpart, const std::string& password = "",
                         const AccountChange& details = {}) {
    return wait(accounts.create(home, tenant, localpart, password, details));
  }
  bool has(const TenantPtr& tenant, const std::string& localpart) {
    return wait(accounts.find(home, tenant, localpart)).has_value();
  }
  bool check(const TenantPtr& tenant, const std::string& localpart, const std::string& password) {
    return wait(accounts.check_password(home, tenant, localpart, password)).has_value();
  }

  Accounts accounts{*control, clock, seal_key};
  TenantPtr shop = make_tenant("shop", "shop.example");
  TenantPtr forum = make_tenant("forum", "forum.example");
};

}  // namespace teahouse::testing
