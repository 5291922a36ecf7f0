// An announcement to all who are online (XEP-0133 section 4.23): a headline, which nobody keeps, from the host.
#include <array>

#include "base/random.h"
#include "base/text.h"
#include "modules/service_admin/admin_command.h"
#include "modules/service_admin/admin_form.h"

namespace teahouse {
namespace {

DataForm ask(const Tenant& /*tenant*/) {
  DataForm form = make_admin_form("Make an announcement", "It goes to everybody who is online now.");
  form.add("announcement", "text-multi", "Announcement").required = true;
  return form;
}

// To each available session of the tenant at a home; how many there are.
struct Announce {
  HostPtr host;
  std::string text;
  size_t answer(Module* at) const {
    if (!at) return 0;
    std::string body;
    xml::Writer(body).leaf("body", text);
    Stanza message = Stanza::make(StanzaKind::message, StanzaType::headline, std::move(body));
    message.from = *BareJid::parse(host->domain);
    size_t count = 0;
    for (const Resident* resident : static_cast<ServiceAdminModule*>(at)->context().residents_of(host->tenant->id)) {
      for (const auto& session : resident->sessions()) {
        if (!session->is_available()) continue;
        Stanza one = message;
        one.id = random_token(16);
        one.to = session->jid();
        session->deliver(std::move(one));
        ++count;
      }
    }
    return count;
  }
};

Task<Result<CommandAnswer>> announce(ServiceAdminModule& module, CommandStep step) {
  const auto text = read_text(step.forms.front(), "announcement");
  if (!text) co_return text.error();
  co_await module.note(step, "announcement", *text);
  Announce question{step.host, *text};
  auto asked = module.context().ask_each(module.context().loop(), std::move(question));
  const auto counts = co_await asked;
  size_t count = 0;
  for (const size_t each : counts) count += each;
  co_return CommandAnswer{
      {}, true, {{CommandNote::Type::info, "Sessions that have it: " + std::to_string(count) + "."}}};
}

constexpr std::array<AdminCommand, 1> announce_rows = {{{"announce", "Make an announcement", ask, announce}}};

}  // namespace

std::span<const AdminCommand> announce_commands() { return announce_rows; }

}  // namespace teahouse
