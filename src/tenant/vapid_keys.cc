#include "tenant/vapid_keys.h"

#include "crypto/wiped.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

// Sealed bytes open only where they were sealed: copied to another tenant's row they are worth nothing.
std::string vapid_key_place(TenantId tenant) { return "tenant " + std::to_string(raw(tenant)) + " vapid key"; }

}  // namespace

std::vector<store::Migration> VapidKeys::migrations() {
  return {{"vapid/1",
           {"CREATE TABLE vapid_keys(tenant_id BIGINT NOT NULL PRIMARY KEY, sealed BYTEA NOT NULL, "
            "created_ms BIGINT NOT NULL)"}}};
}

Result<void> VapidKeys::load_all() {
  if (!sealer_) return sealer_.error();
  const auto answer = control_.execute_now({"SELECT tenant_id, sealed FROM vapid_keys", {}});
  if (!answer) return answer.error();
  for (const store::Row& row : answer->rows) {
    const auto tenant = static_cast<TenantId>(store::as_int(row[0]));
    auto number = sealer_->open(store::as_text(row[1]), vapid_key_place(tenant));
    auto key = number ? crypto::P256Key::parse(*number) : Result<crypto::P256Key>(number.error());
    if (number) crypto::wipe(*number);
    if (!key) {
      return Error{
          ErrorKind::internal_server_error,
          "The push key of tenant " + std::to_string(raw(tenant)) +
              " does not open: the seal key is not the one that it was sealed with. Put that key's file back."};
    }
    keep(tenant, std::make_shared<const crypto::P256Key>(std::move(*key)));
  }
  return {};
}

void VapidKeys::keep(TenantId tenant, VapidKeyPtr key) {
  const std::lock_guard lock(mutex_);
  of_tenant_[tenant] = std::move(key);
}

void VapidKeys::forget(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  of_tenant_.erase(tenant);
}

VapidKeyPtr VapidKeys::find(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = of_tenant_.find(tenant);
  return found == of_tenant_.end() ? nullptr : found->second;
}

Task<Result<VapidKeyPtr>> VapidKeys::find_or_make(Executor& home, TenantId tenant) {
  if (auto known = find(tenant)) co_return known;
  if (!sealer_) co_return sealer_.error();
  auto turn = co_await turns_.take(home);
  if (auto known = find(tenant)) co_return known;
  auto key = std::make_shared<const crypto::P256Key>(crypto::P256Key::make());
  const crypto::Wiped number(key->number());
  store::Statement row{
      "INSERT INTO vapid_keys(tenant_id, sealed, created_ms) SELECT tenant_id, ?, ? FROM tenants WHERE tenant_id = ?",
      {store::Blob{sealer_->seal(number.bytes(), vapid_key_place(tenant))}, clock_.wall_ms(), to_value(tenant)}};
  const auto stored = co_await control_.execute(home, std::move(row));
  if (!stored) co_return stored.error();
  if (stored->changes == 0) co_return no_such_tenant();
  keep(tenant, key);
  co_return VapidKeyPtr(key);
}

}  // namespace teahouse
