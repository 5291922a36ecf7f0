// PushesApi: an account's devices as the HTTP API sees them: each call goes to the account's home and back.
//
// Thread: any.
#pragma once

#include "server/module_context.h"
#include "server/pushes.h"
#include "tenant/vapid_keys.h"

namespace teahouse::push {

class PushesApi final : public Pushes {
 public:
  PushesApi(SharedContext context, VapidKeys& keys) : context_(context), keys_(keys) {}

  Task<Result<Listed>> list(Executor& home, TenantPtr tenant, std::string localpart) override;
  Task<Result<Added>> add(Executor& home, TenantPtr tenant, std::string localpart, NewPushDevice device) override;
  Task<Result<void>> remove(Executor& home, TenantPtr tenant, std::string localpart, std::string id) override;
  Task<Result<std::vector<PushTest>>> test(Executor& home, TenantPtr tenant, std::string localpart) override;

 private:
  const SharedContext context_;
  VapidKeys& keys_;
};

}  // namespace teahouse::push
