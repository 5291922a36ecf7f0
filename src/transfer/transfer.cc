#include "transfer/transfer.h"

#include "transfer/export_stream.h"

namespace teahouse::transfer {

Result<std::shared_ptr<http::BodySource>> Transfer::open(Files& files, Executor& home, TenantPtr tenant,
                                                         std::optional<Account> only) {
  const TenantId id = tenant->id;
  {
    const std::lock_guard lock(busy_->mutex);
    if (!busy_->tenants.insert(id).second) {
      return Error{ErrorKind::conflict, "This tenant is being exported already. Wait until that has ended."};
    }
  }
  // The end of the stream makes place for the next, be it whole or broken off.
  std::shared_ptr<void> held(nullptr, [busy = busy_, id](void*) {
    const std::lock_guard lock(busy->mutex);
    busy->tenants.erase(id);
  });
  return std::shared_ptr<http::BodySource>(
      std::make_shared<ExportStream>(parts_, files, home, std::move(tenant), std::move(only), std::move(held)));
}

Result<std::shared_ptr<http::BodySource>> Transfer::export_tenant(Files& files, Executor& home, TenantPtr tenant) {
  return open(files, home, std::move(tenant), std::nullopt);
}

Result<std::shared_ptr<http::BodySource>> Transfer::export_user(Files& files, Executor& home, TenantPtr tenant,
                                                                Account account) {
  return open(files, home, std::move(tenant), std::move(account));
}

Task<Result<MadeTenant>> Transfer::import(Files& files, Executor& home, Pieces pieces, ImportWanted wanted,
                                          std::string actor) {
  const auto import = std::make_unique<Import>(parts_, files, home, std::move(pieces));
  auto running = import->run(std::move(wanted), std::move(actor));
  auto made = co_await running;
  co_return made;
}

}  // namespace teahouse::transfer
