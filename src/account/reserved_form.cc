#include "account/reserved_form.h"

#include <algorithm>
#include <unordered_map>

#include "account/account_rows.h"
#include "tenant/tables.h"
#include "xmpp/prep.h"
#include "xmpp/stringprep.h"

namespace teahouse {

using store::as_int;
using store::as_text;

std::string stringprep_form(const std::string& localpart) {
  if (std::all_of(localpart.begin(), localpart.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    return localpart;
  }
  const auto form = xmpp::nodeprep(localpart);
  std::string prepared;
  return form && xmpp::append_localpart(prepared, *form) ? prepared : localpart;
}

ReservedForm::ReservedForm(const Tenant& tenant, const std::string& localpart)
    : aliases_(tenant.aliases),
      localpart_(localpart),
      form_(stringprep_form(localpart)),
      reserved_(aliases_->reserve(form_, localpart_)) {}

ReservedForm::~ReservedForm() {
  const bool stays = kept_ && !is_localpart();
  if (reserved_ == Aliases::Reserved::now && !stays) aliases_->release(form_, localpart_);
}

Result<void> reserve_forms(store::ControlPlane& control, const std::vector<TenantPtr>& tenants) {
  const auto rows = control.execute_now(account_rows::select_not_ascii());
  if (!rows) return rows.error();
  std::unordered_map<int64_t, TenantPtr> by_id;
  for (const TenantPtr& tenant : tenants) by_id[to_value(tenant->id)] = tenant;
  for (const store::Row& row : rows->rows) {
    const auto tenant = by_id.find(as_int(row[0]));
    const std::string localpart = as_text(row[1]);
    const std::string form = stringprep_form(localpart);
    if (tenant == by_id.end() || form == localpart) continue;
    const auto taken = control.execute_now(account_rows::select_one(tenant->second->id, form));
    if (!taken) return taken.error();
    if (taken->rows.empty()) tenant->second->aliases->reserve(form, localpart);
  }
  return {};
}

}  // namespace teahouse
