// How many users there are, and lists of them (XEP-0133 sections 4.13 to 4.22). Online is an account with a
// session; active one of which a session is available and not away; idle one that is online and not active.
#include <algorithm>
#include <array>

#include "account/accounts.h"
#include "base/text.h"
#include "modules/service_admin/admin_command.h"
#include "modules/service_admin/admin_form.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t listed_max = 1000;
constexpr std::array<std::string_view, 6> sizes = {"25", "50", "75", "100", "150", "200"};

enum class Crowd : uint8_t { online, active, idle };

bool is_active(const Session& session) {
  if (!session.is_available()) return false;
  const std::string show = session.presence()->root().child_text("show", ns::client);
  return show != "away" && show != "xa" && show != "dnd";
}

bool belongs(const Resident& resident, Crowd crowd) {
  const auto& sessions = resident.sessions();
  if (sessions.empty()) return false;
  if (crowd == Crowd::online) return true;
  const bool active = std::any_of(sessions.begin(), sessions.end(), [](const auto& each) { return is_active(*each); });
  return active == (crowd == Crowd::active);
}

struct FindCrowd {
  TenantId tenant;
  Crowd crowd;
  std::vector<std::string> answer(Module* at) const {
    std::vector<std::string> jids;
    if (!at) return jids;
    for (const Resident* resident : static_cast<ServiceAdminModule*>(at)->context().residents_of(tenant)) {
      if (belongs(*resident, crowd)) jids.push_back(resident->jid().str());
    }
    return jids;
  }
};

Task<std::vector<std::string>> find_crowd(ServiceAdminModule& module, TenantId tenant, Crowd crowd) {
  FindCrowd question{tenant, crowd};
  auto asked = module.context().ask_each(module.context().loop(), std::move(question));
  const auto found = co_await asked;
  std::vector<std::string> all;
  for (const auto& each : found) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end());
  co_return all;
}

CommandAnswer tell_number(std::string_view var, std::string_view label, int64_t number) {
  DataForm result = make_admin_result();
  result.add(var, "text-single", label, std::to_string(number));
  return {std::move(result)};
}

Task<Result<CommandAnswer>> count_registered(ServiceAdminModule& /*module*/, CommandStep step) {
  co_return tell_number("registeredusersnum", "Registered users", step.host->tenant->meter->accounts);
}

Task<Result<CommandAnswer>> count_disabled(ServiceAdminModule& /*module*/, CommandStep step) {
  const auto disabled = static_cast<int64_t>(step.host->tenant->disabled->size());
  co_return tell_number("disabledusersnum", "Disabled users", disabled);
}

template <Crowd crowd>
Task<Result<CommandAnswer>> count(ServiceAdminModule& module, CommandStep step) {
  constexpr std::string_view vars[] = {"onlineusersnum", "activeusersnum", "idleusersnum"};
  constexpr std::string_view labels[] = {"Online users", "Active users", "Idle users"};
  const auto found = co_await find_crowd(module, step.host->tenant->id, crowd);
  constexpr auto at = static_cast<size_t>(crowd);
  co_return tell_number(vars[at], labels[at], static_cast<int64_t>(found.size()));
}

DataForm ask_size(const Tenant& /*tenant*/) {
  DataForm form = make_admin_form("List users", "A list has at most 1000 users.");
  FormField& field = form.add("max_items", "list-single", "How many at most", std::string("50"));
  for (const std::string_view size : sizes) field.options.push_back({std::string(size), std::string(size)});
  field.options.push_back({"none", "As many as there are"});
  return form;
}

size_t read_size(const DataForm& form) {
  const FormField* field = form.find("max_items");
  const auto size = field ? parse_decimal<size_t>(field->value()) : std::nullopt;
  return std::min(size.value_or(listed_max), listed_max);
}

CommandAnswer tell_list(std::string_view var, std::string_view label, std::vector<std::string> jids, bool is_all) {
  DataForm result = make_admin_result();
  result.add(var, "jid-multi", label).values = std::move(jids);
  CommandAnswer answer{std::move(result)};
  if (!is_all) {
    CommandNote& more = answer.notes.emplace_back();
    more.type = CommandNote::Type::warn;
    more.text = "There are more than are listed here.";
  }
  return answer;
}

Task<Result<CommandAnswer>> list_registered(ServiceAdminModule& module, CommandStep step) {
  ModuleContext& context = module.context();
  const TenantPtr tenant = step.host->tenant;
  const auto page = co_await context.accounts().list(context.loop(), tenant, {}, read_size(step.forms.front()));
  if (!page) co_return page.error();
  std::vector<std::string> jids;
  for (const Account& account : page->accounts) jids.push_back(account.localpart + "@" + tenant->domain());
  co_return tell_list("registereduserjids", "Registered users", std::move(jids), page->next_cursor.empty());
}

Task<Result<CommandAnswer>> list_disabled(ServiceAdminModule& /*module*/, CommandStep step) {
  const Tenant& tenant = *step.host->tenant;
  const size_t size = read_size(step.forms.front());
  auto jids = tenant.disabled->list(size + 1);
  const bool is_all = jids.size() <= size;
  if (!is_all) jids.pop_back();
  for (std::string& each : jids) each.append("@").append(tenant.domain());
  co_return tell_list("disableduserjids", "Disabled users", std::move(jids), is_all);
}

template <Crowd crowd>
Task<Result<CommandAnswer>> list_crowd(ServiceAdminModule& module, CommandStep step) {
  // Section 4.22 has no field of its own for the idle ones.
  constexpr std::string_view vars[] = {"onlineuserjids", "activeuserjids", "activeuserjids"};
  constexpr std::string_view labels[] = {"Online users", "Active users", "Idle users"};
  auto found = co_await find_crowd(module, step.host->tenant->id, crowd);
  const size_t size = read_size(step.forms.front());
  const bool is_all = found.size() <= size;
  if (!is_all) found.resize(size);
  constexpr auto at = static_cast<size_t>(crowd);
  co_return tell_list(vars[at], labels[at], std::move(found), is_all);
}

constexpr std::array<AdminCommand, 10> crowd_rows = {{
    {"get-registered-users-num", "Get the number of registered users", nullptr, count_registered},
    {"get-disabled-users-num", "Get the number of disabled users", nullptr, count_disabled},
    {"get-online-users-num", "Get the number of online users", nullptr, count<Crowd::online>},
    {"get-active-users-num", "Get the number of active users", nullptr, count<Crowd::active>},
    {"get-idle-users-num", "Get the number of idle users", nullptr, count<Crowd::idle>},
    {"get-registered-users-list", "List the registered users", ask_size, list_registered},
    {"get-disabled-users-list", "List the disabled users", ask_size, list_disabled},
    {"get-online-users-list", "List the online users", ask_size, list_crowd<Crowd::online>},
    {"get-active-users", "List the active users", ask_size, list_crowd<Crowd::active>},
    {"get-idle-users", "List the idle users", ask_size, list_crowd<Crowd::idle>},
}};

}  // namespace

std::span<const AdminCommand> crowd_commands() { return crowd_rows; }

}  // namespace teahouse
