#include "account/account_names.h"

#include <unordered_map>

#include "account/account_rows.h"
#include "account/reserved_form.h"
#include "account/user_id.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;

Result<void> reserve_form(store::ControlPlane& control, const Tenant& tenant, const std::string& localpart) {
  const std::string form = stringprep_form(localpart);
  if (form == localpart) return {};
  const auto taken = control.execute_now(account_rows::select_one(tenant.id, form));
  if (!taken) return taken.error();
  if (taken->rows.empty()) tenant.aliases->lead(form, localpart);
  return {};
}

// The localpart that its id has elsewhere, if that is another.
std::optional<std::string> find_natural_place(const std::string& localpart) {
  auto natural = localpart_of_user_id(user_id_of(localpart));
  return natural && *natural != localpart ? std::optional(*std::move(natural)) : std::nullopt;
}

}  // namespace

void keep_place(const Tenant& tenant, const std::string& localpart) {
  if (const auto natural = find_natural_place(localpart)) tenant.spellings->set_moved(*natural, localpart);
}

void forget_place(const Tenant& tenant, const std::string& localpart) {
  if (const auto natural = find_natural_place(localpart)) tenant.spellings->remove_moved(*natural);
}

Result<void> load_names(store::ControlPlane& control, const std::vector<TenantPtr>& tenants) {
  const auto answer = control.execute_now(account_rows::select_with_names());
  if (!answer) return answer.error();
  std::unordered_map<int64_t, TenantPtr> by_id;
  for (const TenantPtr& tenant : tenants) by_id[to_value(tenant->id)] = tenant;
  for (const store::Row& row : answer->rows) {
    const auto tenant = by_id.find(as_int(row[0]));
    if (tenant == by_id.end()) continue;
    const std::string localpart = as_text(row[1]);
    std::string user_id = as_text(row[2]);
    if (!user_id.empty() && user_id != user_id_of(localpart)) {
      tenant->second->spellings->set(localpart, std::move(user_id));
    }
    keep_place(*tenant->second, localpart);
    if (const auto reserved = reserve_form(control, *tenant->second, localpart); !reserved) return reserved.error();
  }
  return {};
}

}  // namespace teahouse
