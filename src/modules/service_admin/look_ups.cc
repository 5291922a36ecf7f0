// The roster of one account, and a few numbers (XEP-0133 sections 4.8 and 4.10).
#include <array>

#include "account/accounts.h"
#include "modules/service_admin/admin_command.h"
#include "modules/service_admin/admin_form.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

struct Found {
  BareJid jid;
  std::vector<RosterItem> contacts;
};

// The account that the form names, and its contacts as they are on disk, where everything is as soon as it is said.
Task<Result<Found>> look_up(ServiceAdminModule& module, CommandStep step, std::string_view var) {
  ModuleContext& context = module.context();
  const TenantPtr tenant = step.host->tenant;
  const auto jid = read_account(*tenant, step.forms.front(), var);
  if (!jid) co_return jid.error();
  const auto account = co_await context.accounts().find(context.loop(), tenant, std::string(jid->localpart()));
  if (!account) co_return account.error();
  const auto entries = co_await context.map(*tenant, "roster").load(context.loop(), jid->str());
  if (!entries) co_return entries.error();
  Found found{*jid, {}};
  for (const auto& entry : *entries) {
    auto item = RosterItem::decode(entry.value);
    if (item && item->listed) found.contacts.push_back(std::move(*item));
  }
  co_return found;
}

DataForm ask_roster(const Tenant& /*tenant*/) { return ask_for_accounts("Get a user's roster", "Account"); }

Task<Result<CommandAnswer>> get_roster(ServiceAdminModule& module, CommandStep step) {
  const auto found = co_await look_up(module, step, "accountjids");
  if (!found) co_return found.error();
  co_await module.note(step, "account.roster", std::string(found->jid.localpart()));
  DataForm result = make_admin_result();
  result.add("accountjids", "jid-multi", "Account", found->jid.str());
  xml::Writer writer(result.more);
  writer.open("query", ns::roster);
  for (const RosterItem& item : found->contacts) item.write(writer);
  writer.close();
  co_return CommandAnswer{std::move(result)};
}

struct FindResources {
  TenantId tenant;
  std::string account;
  std::vector<std::string> answer(Module* at) const {
    std::vector<std::string> names;
    if (!at) return names;
    for (const Resident* resident : static_cast<ServiceAdminModule*>(at)->context().residents_of(tenant)) {
      if (resident->jid().str() != account) continue;
      for (const auto& session : resident->sessions()) names.emplace_back(session->jid().resourcepart());
    }
    return names;
  }
};

DataForm ask_statistics(const Tenant& /*tenant*/) { return ask_for_account("Get a user's statistics", "Account"); }

Task<Result<CommandAnswer>> get_statistics(ServiceAdminModule& module, CommandStep step) {
  const auto found = co_await look_up(module, step, "accountjid");
  if (!found) co_return found.error();
  co_await module.note(step, "account.statistics", std::string(found->jid.localpart()));
  FindResources question{step.host->tenant->id, found->jid.str()};
  auto asked = module.context().ask_each(module.context().loop(), std::move(question));
  const auto names = co_await asked;
  DataForm result = make_admin_result();
  result.add("rostersize", "text-single", "Contacts", std::to_string(found->contacts.size()));
  FormField& resources = result.add("onlineresources", "text-multi", "Sessions");
  for (const auto& each : names) resources.values.insert(resources.values.end(), each.begin(), each.end());
  co_return CommandAnswer{std::move(result)};
}

constexpr std::array<AdminCommand, 2> look_up_rows = {{
    {"get-user-roster", "Get a user's roster", ask_roster, get_roster},
    {"user-stats", "Get a user's statistics", ask_statistics, get_statistics},
}};

}  // namespace

std::span<const AdminCommand> look_up_commands() { return look_up_rows; }

}  // namespace teahouse
