#include <algorithm>
#include <array>
#include <map>

#include "api/handlers.h"
#include "api/hosts.h"
#include "api/json.h"
#include "base/text.h"
#include "tenant/names.h"

namespace teahouse::api {
namespace {

template <class T>
std::optional<FieldValue> as_value(std::optional<T> given) {
  return given ? std::optional<FieldValue>(std::move(*given)) : std::nullopt;
}

std::optional<FieldValue> read_value(Fields& fields, const TenantField& field) {
  switch (field.type) {
    case FieldType::flag: return as_value(fields.flag(field.name));
    case FieldType::number: return as_value(fields.number(field.name));
    case FieldType::text: return as_value(fields.optional_text(field.name));
    case FieldType::list: return as_value(fields.list(field.name));
    case FieldType::object:
    case FieldType::settings: return as_value(fields.object(field.name));
  }
  return std::nullopt;
}

// Errors: bad_request for a set of modules that there can't be, and for options that they don't have.
Result<void> check_modules(ApiContext& api, const TenantChange& change) {
  if (const auto options = change.find("modules"); options != change.end()) {
    const auto checked = api.home.modules().options().check(std::get<std::string>(options->second));
    if (!checked) return checked;
  }
  const auto off = change.find("modules_off");
  return off == change.end() ? Result<void>()
                             : api.home.modules().check_off(std::get<std::vector<std::string>>(off->second));
}

// The admins that a change names, each with the number that its name had before its account was looked for.
using NewAdmins = std::map<std::string, uint64_t>;

std::string localpart_of(const std::string& admin) { return admin.substr(0, admin.find('@')); }

// Errors: bad_request for an admin that there is not: anybody might be given the name.
Task<Result<NewAdmins>> check_admins(ApiContext& api, TenantPtr tenant, TenantChange change) {
  NewAdmins checked;
  const auto wanted = change.find("admins");
  if (wanted == change.end()) co_return checked;
  const auto admins = parse_admins(tenant->domain(), std::get<std::vector<std::string>>(wanted->second));
  if (!admins) co_return admins.error();
  for (const std::string& admin : *admins) {
    checked.emplace(admin, api.shared().accounts.removals().number(tenant->id, localpart_of(admin)));
    const auto account = co_await api.shared().accounts.find(api.loop(), tenant, localpart_of(admin));
    if (account) continue;
    if (account.error().kind != ErrorKind::item_not_found) co_return account.error();
    co_return Error{ErrorKind::bad_request, "There is no account " + admin + ". Make it first."};
  }
  co_return checked;
}

// An account that was removed while it was made an admin is none: the next of its name is somebody else.
Task<Result<void>> drop_removed(ApiContext& api, TenantId tenant, NewAdmins admins) {
  for (const auto& [admin, number] : admins) {
    if (api.shared().accounts.removals().number(tenant, localpart_of(admin)) == number) continue;
    auto dropped = co_await api.tenants.drop_admin(api.loop(), tenant, admin);
    if (!dropped) co_return dropped;
  }
  co_return Result<void>();
}

using WantedHosts = std::optional<std::vector<HostName>>;

// None where the caller names none.
Result<WantedHosts> read_hosts(Fields& fields) {
  const auto json = fields.object("hosts");
  if (!json) return WantedHosts();
  auto hosts = parse_host_list(*json);
  if (!hosts) return hosts.error();
  return WantedHosts(std::move(*hosts));
}

TenantChange read_tenant_change(ApiCall& call) {
  TenantChange change;
  for (const TenantField& field : tenant_fields()) {
    if (auto value = read_value(call.fields, field)) change.emplace(field.name, std::move(*value));
  }
  const auto plan = change.find("plan");
  if (call.by.reseller && plan != change.end()) {
    plan->second = whole_plan_name(call.by.reseller->name, std::get<std::string>(plan->second));
  }
  return change;
}

// To a reseller and its customers its plans have short names.
JsonObject show(const ApiContext& api, const ApiCall& call, const Tenant& tenant) {
  const ResellerDirectory& resellers = api.tenants.resellers().directory();
  JsonObject object = to_json(tenant);
  if (const ResellerPtr reseller = resellers.reseller_of(tenant.id)) {
    object["reseller"] = reseller->name;
    if (call.by.kind != by_operator) object["plan"] = to_json(short_plan_name(tenant.plan.name));
  }
  if (const Standing standing = resellers.standing(tenant.id); tenant.suspended) {
    object["suspended_by"] = !standing.suspended ? "with reseller" : standing.by_operator ? "operator" : "reseller";
  }
  return object;
}

Outcome answer(const ApiContext& api, const ApiCall& call, const Result<TenantPtr>& tenant) {
  if (!tenant) return tenant.error();
  return make_answer(200, show(api, call, **tenant));
}

// A reseller sets what an order says, and not how its customer runs the site.
Result<void> check_fields(const ApiCall& call, const TenantChange& change) {
  constexpr std::array<std::string_view, 5> sold = {"title", "plan", "origins", "guests", "registration"};
  if (!call.by.reseller) return {};
  for (const auto& [name, value] : change) {
    if (std::find(sold.begin(), sold.end(), name) != sold.end()) continue;
    return Error{
        ErrorKind::forbidden,
        "A reseller's key sets title, plan, origins, guests and registration of a tenant, and not '" + name + "'."};
  }
  return {};
}

// The name is told to be taken, and its owner is not: nothing of one reseller is visible to another.
Error hide_owner(const ApiCall& call, const Error& error) {
  if (!call.by.reseller || (error.kind != ErrorKind::conflict && error.kind != ErrorKind::service_unavailable)) {
    return error;
  }
  const bool is_going = error.kind == ErrorKind::service_unavailable;
  return {error.kind, is_going ? "The name or domain was another tenant's and is not free yet. Try again in a moment."
                               : "The name or a domain of the tenant is taken already. Choose another."};
}

}  // namespace

Task<Result<void>> check_hosts(ApiContext& api, TenantPtr tenant, std::vector<HostName> hosts) {
  const auto all = api.home.hooks().kept_at;  // modules may come and go meanwhile
  for (const HostName& name : tenant->hosts) {
    const HostPtr host = api.home.hosts().find(name.domain);
    if (!host || std::find(hosts.begin(), hosts.end(), name) != hosts.end()) continue;
    for (const auto& each : all) {
      const auto kept = co_await each.hook(host);
      if (!kept) co_return kept.error();
      if (kept->empty()) continue;
      co_return Error{ErrorKind::conflict,
                      "The host " + host->domain + " has " + *kept + ". Remove what is there first."};
    }
  }
  co_return Result<void>();
}

Task<Outcome> create_tenant(ApiContext& api, ApiCall call) {
  NewTenant wanted;
  wanted.name = call.fields.text("name");
  wanted.domain = call.fields.text("domain");
  wanted.fields = read_tenant_change(call);
  const auto reseller = call.fields.optional_text("reseller").value_or("");
  auto hosts = read_hosts(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (const auto good = check_fields(call, wanted.fields); !good) co_return good.error();
  if (call.by.reseller && !reseller.empty() && reseller != call.by.reseller->name) co_return no_reseller(reseller);
  wanted.reseller = call.by.reseller ? call.by.reseller->name : reseller;
  if (const auto good = check_modules(api, wanted.fields); !good) co_return good.error();
  const auto admins = wanted.fields.find("admins");
  if (admins != wanted.fields.end() && !std::get<std::vector<std::string>>(admins->second).empty()) {
    co_return Error{ErrorKind::bad_request, "A tenant that is being made has no accounts yet: set 'admins' later."};
  }
  if (!hosts) co_return hosts.error();
  wanted.only_hosts = hosts->has_value();
  if (*hosts) wanted.hosts = std::move(**hosts);
  const auto made = co_await api.tenants.create(api.loop(), std::move(wanted), call.by.name());
  if (!made) co_return hide_owner(call, made.error());
  JsonObject object = show(api, call, *made->tenant);
  object["api_key"] = made->api_key;
  object["signing_secret"] = made->signing_secret;
  co_return make_answer(201, object, made->tenant->site_id);
}

namespace {

std::vector<TenantPtr> list_of(const ApiContext& api, const ResellerPtr& reseller) {
  if (!reseller) return api.tenants.list();
  std::vector<TenantPtr> tenants;
  for (const TenantId id : api.tenants.resellers().directory().tenants_of(reseller->id)) {
    if (TenantPtr tenant = api.tenants.find(id)) tenants.push_back(std::move(tenant));
  }
  std::sort(tenants.begin(), tenants.end(), [](const auto& one, const auto& other) { return one->name < other->name; });
  return tenants;
}

// Which tenants of a list are wanted; what is not given all have.
struct Wanted {
  std::optional<std::string> domain, plan;
  std::optional<bool> suspended;
  std::string search;  // in lower case

  bool has(const Tenant& tenant) const {
    if ((domain && tenant.domain() != *domain) || (plan && tenant.plan.name != *plan)) return false;
    if (suspended && tenant.suspended != *suspended) return false;
    const auto holds = [this](const std::string& text) { return lower_ascii(text).find(search) != std::string::npos; };
    return search.empty() || holds(tenant.name) || holds(tenant.domain()) || holds(tenant.title);
  }
};

Result<Wanted> read_wanted(const ApiCall& call) {
  Wanted wanted;
  if (const std::string* asked = call.query.find("domain")) {
    auto parsed = parse_tenant_domain(*asked);
    if (!parsed) return parsed.error();
    wanted.domain = std::move(*parsed);
  }
  if (const std::string* plan = call.query.find("plan")) {
    wanted.plan = call.by.reseller ? whole_plan_name(call.by.reseller->name, *plan) : *plan;
  }
  if (const std::string* state = call.query.find("state")) {
    if (*state != "active" && *state != "suspended") {
      return Error{ErrorKind::bad_request, "The parameter 'state' must be active or suspended."};
    }
    wanted.suspended = *state == "suspended";
  }
  wanted.search = lower_ascii(call.query.value("search"));
  return wanted;
}

}  // namespace

Task<Outcome> list_tenants(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  const auto wanted = read_wanted(call);
  if (!wanted) co_return wanted.error();
  const auto reseller = find_asked_reseller(api, call);
  if (!reseller) co_return reseller.error();
  JsonArray rows;
  std::string last, next_cursor;
  for (const TenantPtr& tenant : list_of(api, *reseller)) {
    if (tenant->name <= page->cursor || !wanted->has(*tenant)) continue;
    if (rows.size() == page->rows) {
      next_cursor = last;
      break;
    }
    last = tenant->name;
    rows.push_back(show(api, call, *tenant));
  }
  co_return make_page("tenants", std::move(rows), next_cursor);
}

Task<Outcome> get_tenant(ApiContext& api, ApiCall call) { co_return answer(api, call, call.tenant); }

Task<Outcome> change_tenant(ApiContext& api, ApiCall call) {
  auto change = read_tenant_change(call);
  auto hosts = read_hosts(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (const auto good = check_fields(call, change); !good) co_return good.error();
  if (const auto good = check_modules(api, change); !good) co_return good.error();
  if (!hosts) co_return hosts.error();
  if (call.by.reseller && *hosts) {
    co_return Error{ErrorKind::forbidden, "A reseller's key names a tenant's hosts when it makes it, and not later."};
  }
  const auto admins = co_await check_admins(api, call.tenant, change);
  if (!admins) co_return admins.error();
  if (*hosts) {
    auto all = parse_hosts(call.tenant->domain(), **hosts, true);
    if (!all) co_return all.error();
    const auto may = co_await check_hosts(api, call.tenant, *all);
    if (!may) co_return may.error();
    *hosts = std::move(*all);
  }
  const auto tenant = co_await api.tenants.change(api.loop(), call.tenant->name, std::move(change), std::move(*hosts));
  if (!tenant) co_return tenant.error();
  const auto dropped = co_await drop_removed(api, (*tenant)->id, *admins);
  if (!dropped) co_return dropped.error();
  co_await record(api, (*tenant)->id, call.by.name(), "tenant.change", (*tenant)->name);
  const TenantPtr now = api.tenants.find((*tenant)->id);
  co_return answer(api, call, now ? now : *tenant);
}

Task<Outcome> suspend_tenant(ApiContext& api, ApiCall call) {
  auto reason = call.fields.text("reason");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const bool by_house = !call.by.reseller;
  const auto tenant = co_await api.tenants.suspend(api.loop(), call.path("name"), std::move(reason), by_house);
  if (tenant) co_await record(api, (*tenant)->id, call.by.name(), "tenant.suspend", (*tenant)->suspend_reason);
  co_return answer(api, call, tenant);
}

Task<Outcome> resume_tenant(ApiContext& api, ApiCall call) {
  const bool by_house = !call.by.reseller;
  const auto tenant = co_await api.tenants.resume(api.loop(), call.path("name"), by_house);
  if (tenant) co_await record(api, (*tenant)->id, call.by.name(), "tenant.resume", (*tenant)->name);
  co_return answer(api, call, tenant);
}

Task<Outcome> move_tenant(ApiContext& api, ApiCall call) {
  auto reseller = call.fields.optional_text("reseller").value_or("");
  auto plan = call.fields.optional_text("plan").value_or("");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto tenant = co_await api.tenants.resellers().move(api.loop(), call.path("name"), std::move(reseller),
                                                            std::move(plan), call.by.name());
  co_return answer(api, call, tenant);
}

// Tenants tells every loop and wipes the data plane; app/tenancy.cc says how.
Task<Outcome> remove_tenant(ApiContext& api, ApiCall call) {
  const auto tenant = co_await api.tenants.remove(api.loop(), call.path("name"));
  if (!tenant) co_return tenant.error();
  co_await record(api, TenantId::server, call.by.name(), "tenant.remove", (*tenant)->name + ", " + (*tenant)->domain());
  co_return make_no_content();
}

}  // namespace teahouse::api
