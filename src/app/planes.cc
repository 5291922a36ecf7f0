#include "app/planes.h"

#include <filesystem>

#include "account/accounts.h"
#include "account/persons.h"
#include "acme/name_rows.h"
#include "backup/restore.h"
#include "domains/domains.h"
#include "mail/mail_queue.h"
#include "sign_up/sign_ups.h"
#include "store/rocksdb/rocksdb_plane.h"
#include "store/sqlite/sqlite_plane.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> all;
  for (const auto& part : {tenant_migrations(), Accounts::migrations(), store::Bond::migrations(),
                           Persons::migrations(), domains::Domains::migrations(), acme::name_rows::migrations(),
                           mail::MailQueue::migrations(), sign_up::SignUps::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

bool has_control_plane(const std::string& directory) {
  std::error_code none;
  const auto size = std::filesystem::file_size(directory + "/control.db", none);
  return !none && size > 0;
}

store::TenantNames tenant_names(store::ControlPlane& control) {
  return [&control](TenantId tenant) {
    const auto found = control.execute_now({"SELECT name FROM tenants WHERE tenant_id = ?", {to_value(tenant)}});
    return found && !found->rows.empty() ? store::as_text(found->rows[0][0]) : std::string();
  };
}

}  // namespace

Error tell_disk(Error error, const std::string& directory, const store::DiskHealth& health) {
  if (error.kind != ErrorKind::storage_failing && error.kind != ErrorKind::storage_full) return error;
  const bool is_data = health.has(store::DiskHealth::data_waits);
  error.text = directory + (is_data ? "/data" : "/control.db") + " can't be written or read, as the log says. " +
               (error.kind == ErrorKind::storage_full ? "Make room on the disk, and start it again."
                                                      : "Look after its disk (is it mounted read-only? what does dmesg "
                                                        "say?), and start it again.");
  return error;
}

bool has_planes(const std::string& directory) {
  return has_control_plane(directory) || store::has_rocksdb(directory + "/data");
}

Result<Planes> open_planes(const std::string& directory, const PlaneSettings& settings) {
  if (auto whole = backup::refuse_no_house(directory); !whole) return whole.error();
  const bool accept_loss = settings.accept_loss;
  if (!has_control_plane(directory) && store::has_rocksdb(directory + "/data") && !accept_loss) {
    return Error{ErrorKind::internal_server_error,
                 directory + "/control.db is missing or empty, and " + directory +
                     "/data holds the rooms and archives of a house. Put control.db* back from the backup that data/ "
                     "is of; or move data/ and control.db* away to begin anew. `teahouse serve --accept-loss` begins "
                     "without tenants "
                     "and accounts, and leaves data/ as it is."};
  }
  auto control = store::open_sqlite(directory + "/control.db", {.accept_loss = accept_loss, .health = settings.health});
  if (!control) return control.error();
  if (auto migrated = (*control)->migrate(all_migrations()); !migrated) return migrated.error();
  const auto drawn = last_tenant_id(**control);
  if (!drawn) return drawn.error();
  const auto unused = store::is_unused(**control, *drawn);
  if (!unused) return unused.error();
  const auto questions = std::make_shared<store::Questions>();
  auto data = store::open_rocksdb(directory + "/data", {.may_be_made = *unused || accept_loss,
                                                        .accept_loss = accept_loss,
                                                        .scrub_bytes_per_s = settings.scrub_bytes_per_s,
                                                        .tenant_names = tenant_names(**control),
                                                        .is_disk_tight = settings.is_disk_tight,
                                                        .health = settings.health,
                                                        .questions = questions});
  if (!data) return data.error();
  auto bond = std::make_unique<store::Bond>(**control, **data);
  if (auto tied = bond->tie(*drawn, accept_loss); !tied) return tied.error();
  if (auto kept = keep_tenant_ids(**control, bond->highest_tenant()); !kept) return kept.error();
  return Planes{std::move(*control), std::move(*data), std::move(bond), questions};
}

}  // namespace teahouse
