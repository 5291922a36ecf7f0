// The message of the day (XEP-0133 sections 4.24 to 4.26): set, edited, deleted.
#include <array>

#include "base/random.h"
#include "modules/service_admin/admin_command.h"
#include "modules/service_admin/admin_form.h"
#include "modules/service_admin/motds.h"

namespace teahouse {
namespace {

Error no_motd() { return {ErrorKind::item_not_found, "There is no message of the day."}; }

CommandAnswer say(std::string text) { return {{}, true, {{CommandNote::Type::info, std::move(text)}}}; }

DataForm make_form(std::string title, std::string instructions, const std::string& text) {
  DataForm form = make_admin_form(std::move(title), std::move(instructions));
  FormField& field = form.add("motd", "text-multi", "Message of the day");
  field.required = true;
  if (!text.empty()) field.values = split_lines(text);
  return form;
}

DataForm ask_set(const Tenant& /*tenant*/) {
  return make_form("Set the message of the day",
                   "Each user gets it once: now, or when they come. It takes the place of the one before it.", {});
}

// To each home; how many there are has no meaning.
struct TellHome {
  HostPtr host;
  std::optional<Motd> motd;
  size_t answer(Module* at) const {
    if (at) static_cast<ServiceAdminModule*>(at)->motds().set(host, motd);
    return 0;
  }
};

// When what was written is on disk, all homes have it; and then it is told.
Task<Result<CommandAnswer>> finish(ServiceAdminModule& module, HostPtr host, Lsn lsn, std::optional<Motd> motd,
                                   std::string told) {
  ModuleContext& context = module.context();
  const auto stored = co_await context.wait(context.loop(), lsn);
  if (!stored) co_return stored.error();
  TellHome question{host, std::move(motd)};
  auto asked = context.ask_each(context.loop(), std::move(question));
  co_await asked;
  co_return say(std::move(told));
}

Task<Result<CommandAnswer>> set(ServiceAdminModule& module, CommandStep step) {
  auto text = read_text(step.forms.front(), "motd");
  if (!text) co_return text.error();
  if (const auto may = module.context().disk().check_addition(); !may) co_return may.error();
  co_await module.note(step, "motd.set", *text);
  const Motd motd{random_token(16), std::move(*text)};
  const Lsn lsn = module.motds().store(*step.host->tenant, motd);
  auto finishing =
      finish(module, step.host, lsn, motd, "Those who are online have it; the others get it when they come.");
  co_return co_await finishing;
}

// At first the form with the text as it is.
Task<Result<CommandAnswer>> edit(ServiceAdminModule& module, CommandStep step) {
  auto motd = co_await module.motds().load(step.host->tenant);
  if (!motd) co_return motd.error();
  if (!*motd) co_return no_motd();
  if (step.forms.empty()) {
    co_return CommandAnswer{make_form("Edit the message of the day",
                                      "Those who have had it are not told again: set another one for that.",
                                      (*motd)->text)};
  }
  auto text = read_text(step.forms.front(), "motd");
  if (!text) co_return text.error();
  if (const auto may = module.context().disk().check_addition(); !may) co_return may.error();
  co_await module.note(step, "motd.edit", *text);
  (*motd)->text = std::move(*text);
  const Lsn lsn = module.motds().store(*step.host->tenant, **motd);
  auto finishing = finish(module, step.host, lsn, std::move(*motd), "It is changed for those who have not had it yet.");
  co_return co_await finishing;
}

Task<Result<CommandAnswer>> remove_motd(ServiceAdminModule& module, CommandStep step) {
  const auto motd = co_await module.motds().load(step.host->tenant);
  if (!motd) co_return motd.error();
  if (!*motd) co_return no_motd();
  if (const auto may = module.context().disk().check_removal(); !may) co_return may.error();
  co_await module.note(step, "motd.delete", (*motd)->text);
  const Lsn lsn = module.motds().remove(*step.host->tenant);
  auto finishing = finish(module, step.host, lsn, std::nullopt, "There is no message of the day any more.");
  co_return co_await finishing;
}

constexpr std::array<AdminCommand, 3> motd_rows = {{
    {"set-motd", "Set the message of the day", ask_set, set},
    {"edit-motd", "Edit the message of the day", nullptr, edit},
    {"delete-motd", "Delete the message of the day", nullptr, remove_motd},
}};

}  // namespace

std::span<const AdminCommand> motd_commands() { return motd_rows; }

}  // namespace teahouse
