// AdminCommand: a row of the table of XEP-0133's commands. `ask` makes the form of its one stage, null where it needs
// none; `run` carries it out with what was filled in.
#pragma once

#include <span>

#include "modules/service_admin/service_admin_module.h"

namespace teahouse {

struct AdminCommand {
  std::string_view node;  // behind "http://jabber.org/protocol/admin#"
  std::string_view name;
  DataForm (*ask)(const Tenant& tenant);
  Task<Result<CommandAnswer>> (*run)(ServiceAdminModule& module, CommandStep step);
};

std::span<const AdminCommand> user_commands();      // users.cc
std::span<const AdminCommand> switch_commands();    // switches.cc
std::span<const AdminCommand> look_up_commands();   // look_ups.cc
std::span<const AdminCommand> crowd_commands();     // crowds.cc
std::span<const AdminCommand> announce_commands();  // announce.cc
std::span<const AdminCommand> motd_commands();      // motd_commands.cc

// Whether all of them are there. Errors: item_not_found.
Task<Result<void>> check_there(ServiceAdminModule& module, TenantPtr tenant, std::vector<Jid> jids);

}  // namespace teahouse
