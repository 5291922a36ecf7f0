// Accounts that are made, removed, given passwords and thrown out (XEP-0133 sections 4.1, 4.2, 4.5 and 4.7).
#include <algorithm>
#include <array>

#include "account/accounts.h"
#include "modules/service_admin/admin_command.h"
#include "modules/service_admin/admin_form.h"

namespace teahouse {
namespace {

constexpr std::array<std::string_view, 2> name_fields = {"given_name", "surname"};

std::string value_of(const DataForm& form, std::string_view var) {
  const FormField* field = form.find(var);
  return field ? std::string(field->value()) : std::string();
}

DataForm ask_add(const Tenant& tenant) {
  DataForm form = make_admin_form("Add a user", "Without a password only a token of the site opens the account.");
  form.add("accountjid", "jid-single", "Address, as ann@" + tenant.domain()).required = true;
  form.add("password", "text-private", "Password");
  form.add("password-verify", "text-private", "The same password again");
  form.add("given_name", "text-single", "Given name");
  form.add("surname", "text-single", "Family name");
  return form;
}

Task<Result<CommandAnswer>> add(ServiceAdminModule& module, CommandStep step) {
  const DataForm& form = step.forms.front();
  const TenantPtr tenant = step.host->tenant;
  const auto jid = read_account(*tenant, form, "accountjid");
  if (!jid) co_return jid.error();
  std::string password = value_of(form, "password");
  if (password != value_of(form, "password-verify")) co_return bad_request("The two passwords differ.");
  AccountChange details;
  for (const std::string_view field : name_fields) {
    const std::string part = value_of(form, field);
    if (part.empty()) continue;
    details.name = details.name ? *details.name + " " + part : part;
  }
  Accounts& accounts = module.context().accounts();
  auto made = co_await accounts.create(module.context().loop(), tenant, std::string(jid->localpart()),
                                       std::move(password), std::move(details));
  if (!made) co_return made.error();
  co_await module.note(step, "account.create", made->localpart);
  co_return CommandAnswer{{}, true, {{CommandNote::Type::info, "The account " + jid->str() + " is there."}}};
}

Task<Result<void>> remove_one(ServiceAdminModule& module, TenantPtr tenant, std::string localpart) {
  ModuleContext& context = module.context();
  auto removal = co_await context.accounts().remove(context.loop(), tenant, std::move(localpart));
  if (!removal) co_return removal.error();
  auto finished = co_await context.finish_account_removal(tenant, *removal);
  co_return finished;
}

DataForm ask_delete(const Tenant& /*tenant*/) { return ask_for_accounts("Delete users", "Accounts to delete"); }

// None goes unless all are there; one that a disk holds back is tried again by the house, as for the API.
Task<Result<CommandAnswer>> remove(ServiceAdminModule& module, CommandStep step) {
  const TenantPtr tenant = step.host->tenant;
  const auto jids = read_accounts(*tenant, step.forms.front(), "accountjids");
  if (!jids) co_return jids.error();
  if (std::any_of(jids->begin(), jids->end(), [&](const Jid& each) { return each.bare() == step.asker.bare(); })) {
    co_return Error{ErrorKind::not_allowed, "Your own account is not deleted by this command."};
  }
  const auto there = co_await check_there(module, tenant, *jids);
  if (!there) co_return there.error();
  CommandAnswer answer;
  for (const Jid& jid : *jids) {
    const auto removed = co_await remove_one(module, tenant, std::string(jid.localpart()));
    if (removed) {
      co_await module.note(step, "account.remove", std::string(jid.localpart()));
      answer.notes.push_back({CommandNote::Type::info, "The account " + jid.str() + " is gone."});
    } else {
      answer.notes.push_back({CommandNote::Type::error, jid.str() + ": " + removed.error().text});
    }
  }
  co_return answer;
}

DataForm ask_password(const Tenant& /*tenant*/) {
  DataForm form = ask_for_account("Change a user's password", "Account");
  form.add("password", "text-private", "New password").required = true;
  return form;
}

Task<Result<CommandAnswer>> set_password(ServiceAdminModule& module, CommandStep step) {
  const DataForm& form = step.forms.front();
  const TenantPtr tenant = step.host->tenant;
  const auto jid = read_account(*tenant, form, "accountjid");
  if (!jid) co_return jid.error();
  const auto set = co_await module.context().change_password(tenant, std::string(jid->localpart()),
                                                             value_of(form, "password"), step.asker.str());
  if (!set) co_return set.error();
  co_await module.note(step, "account.password", std::string(jid->localpart()));
  co_return CommandAnswer{{}, true, {{CommandNote::Type::info, "The new password holds from now on."}}};
}

DataForm ask_end(const Tenant& /*tenant*/) {
  return ask_for_accounts("End users' sessions", "Accounts, or single sessions as ann@shop.example/phone");
}

// How many sessions ended: none before the list of residents is walked, which may change then.
struct EndSessions {
  TenantId tenant;
  std::vector<Jid> jids;
  size_t answer(Module* at) const {
    if (!at) return 0;
    ModuleContext& context = static_cast<ServiceAdminModule*>(at)->context();
    std::vector<uint64_t> numbers;
    for (const Resident* resident : context.residents_of(tenant)) {
      for (const auto& session : resident->sessions()) {
        const bool is_named = std::any_of(jids.begin(), jids.end(), [&](const Jid& jid) {
          return jid.is_full() ? jid.str() == session->jid().str() : jid.str() == resident->jid().str();
        });
        if (is_named) numbers.push_back(session->number());
      }
    }
    for (const uint64_t number : numbers) {
      if (Session* session = context.find_session(number)) {
        context.end_session(*session, "policy-violation", "An administrator ended this session.");
      }
    }
    return numbers.size();
  }
};

Task<Result<CommandAnswer>> end_sessions(ServiceAdminModule& module, CommandStep step) {
  const TenantPtr tenant = step.host->tenant;
  const auto jids = read_accounts(*tenant, step.forms.front(), "accountjids", true);
  if (!jids) co_return jids.error();
  const auto there = co_await check_there(module, tenant, *jids);
  if (!there) co_return there.error();
  std::string named;
  for (const Jid& jid : *jids) named.append(named.empty() ? "" : ", ").append(jid.str());
  co_await module.note(step, "session.end", named);
  EndSessions question{tenant->id, *jids};
  auto asked = module.context().ask_each(module.context().loop(), std::move(question));
  const auto ended = co_await asked;
  size_t count = 0;
  for (const size_t each : ended) count += each;
  co_return CommandAnswer{{}, true, {{CommandNote::Type::info, "Sessions that ended: " + std::to_string(count) + "."}}};
}

constexpr std::array<AdminCommand, 4> user_rows = {{
    {"add-user", "Add a user", ask_add, add},
    {"delete-user", "Delete users", ask_delete, remove},
    {"end-user-session", "End users' sessions", ask_end, end_sessions},
    {"change-user-password", "Change a user's password", ask_password, set_password},
}};

}  // namespace

Task<Result<void>> check_there(ServiceAdminModule& module, TenantPtr tenant, std::vector<Jid> jids) {
  for (const Jid& jid : jids) {
    const auto found =
        co_await module.context().accounts().find(module.context().loop(), tenant, std::string(jid.localpart()));
    if (!found) co_return found.error();
  }
  co_return Result<void>();
}

std::span<const AdminCommand> user_commands() { return user_rows; }

}  // namespace teahouse
