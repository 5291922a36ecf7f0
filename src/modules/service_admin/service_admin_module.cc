#include "modules/service_admin/service_admin_module.h"

#include "account/user_id.h"
#include "modules/service_admin/admin_command.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

// The form first, where there is one.
Task<Result<CommandAnswer>> run_stage(ServiceAdminModule& module, const AdminCommand& command, CommandStep step) {
  if (command.ask && step.forms.empty()) co_return CommandAnswer{command.ask(*step.host->tenant)};
  auto running = command.run(module, std::move(step));
  auto answer = co_await running;
  co_return answer;
}

}  // namespace

const ModuleInfo& ServiceAdminModule::info() const {
  static const ModuleInfo info{.name = "service_admin",
                               .summary = "Commands by which the tenant's admins administer it from an XMPP client.",
                               .xeps = {{133, "1.3.1", "Service Administration",
                                         "no last login, black and white lists or welcome; the list of admins and "
                                         "the house itself are the operator's"}},
                               .needs = {"commands", "roster"},
                               .is_optional = true};
  return info;
}

void ServiceAdminModule::attach(ModuleContext& context) {
  context_ = &context;
  commands_ = &context.need<CommandsModule>("commands");
  motds_.emplace(context);
  for (const auto& table : {user_commands(), switch_commands(), look_up_commands(), crowd_commands(),
                            announce_commands(), motd_commands()}) {
    for (const AdminCommand& row : table) {
      commands_->add(*this, {std::string(ns::admin).append("#").append(row.node), std::string(row.name),
                             [&context](const Host& host, const BareJid& asker) {
                               return context.is_at(host) && host.tenant->has_admin(asker.str());
                             },
                             [this, &row](CommandStep step) { return run_stage(*this, row, std::move(step)); }});
    }
  }
}

void ServiceAdminModule::detach() { commands_->remove_of(*this); }

Task<void> ServiceAdminModule::note(const CommandStep& step, std::string action, std::string detail) const {
  const TenantPtr& tenant = step.host->tenant;
  std::string actor = "user:" + user_id_at(*tenant, step.asker.localpart());
  return context_->note(context_->loop(), tenant, std::move(actor), std::move(action), std::move(detail));
}

}  // namespace teahouse
