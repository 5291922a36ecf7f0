// Accounts that are disabled, and enabled again (XEP-0133 sections 4.3 and 4.4).
#include <algorithm>
#include <array>

#include "account/accounts.h"
#include "modules/service_admin/admin_command.h"
#include "modules/service_admin/admin_form.h"
#include "server/account_switch.h"

namespace teahouse {
namespace {

DataForm ask_disable(const Tenant& /*tenant*/) { return ask_for_accounts("Disable users", "Accounts to disable"); }
DataForm ask_enable(const Tenant& /*tenant*/) { return ask_for_accounts("Re-enable users", "Accounts to enable"); }

// None is switched unless all are there.
template <bool disabled>
Task<Result<CommandAnswer>> switch_users(ServiceAdminModule& module, CommandStep step) {
  const TenantPtr tenant = step.host->tenant;
  const auto jids = read_accounts(*tenant, step.forms.front(), "accountjids");
  if (!jids) co_return jids.error();
  if (disabled &&
      std::any_of(jids->begin(), jids->end(), [&](const Jid& each) { return each.bare() == step.asker.bare(); })) {
    co_return Error{ErrorKind::not_allowed, "Your own account is not disabled by this command."};
  }
  const auto there = co_await check_there(module, tenant, *jids);
  if (!there) co_return there.error();
  CommandAnswer answer;
  for (const Jid& jid : *jids) {
    const std::string localpart(jid.localpart());
    const auto switched = co_await module.context().switch_account(tenant, localpart, disabled);
    if (!switched) {
      answer.notes.push_back({CommandNote::Type::error, jid.str() + ": " + switched.error().text});
      continue;
    }
    if (*switched) co_await module.note(step, switch_action(disabled), localpart);
    const std::string_view now = disabled ? (*switched ? " is disabled." : " was disabled already.")
                                          : (*switched ? " is enabled again." : " was not disabled.");
    answer.notes.push_back({CommandNote::Type::info, std::string("The account ").append(jid.str()).append(now)});
  }
  co_return answer;
}

constexpr std::array<AdminCommand, 2> switch_rows = {{
    {"disable-user", "Disable users", ask_disable, switch_users<true>},
    {"reenable-user", "Re-enable users", ask_enable, switch_users<false>},
}};

}  // namespace

std::span<const AdminCommand> switch_commands() { return switch_rows; }

}  // namespace teahouse
