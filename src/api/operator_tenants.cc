#include <map>

#include "api/handlers.h"
#include "api/json.h"
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

// Errors: bad_request; conflict where a host that is to go has something.
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

TenantChange read_change(Fields& fields) {
  TenantChange change;
  for (const TenantField& field : tenant_fields()) {
    if (auto value = read_value(fields, field)) change.emplace(field.name, std::move(*value));
  }
  return change;
}

Outcome show(const Result<TenantPtr>& tenant) {
  if (!tenant) return tenant.error();
  return make_answer(200, to_json(**tenant));
}

}  // namespace

Task<Outcome> create_tenant(ApiContext& api, ApiCall call) {
  NewTenant wanted;
  wanted.name = call.fields.text("name");
  wanted.domain = call.fields.text("domain");
  wanted.fields = read_change(call.fields);
  auto hosts = read_hosts(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (const auto good = check_modules(api, wanted.fields); !good) co_return good.error();
  const auto admins = wanted.fields.find("admins");
  if (admins != wanted.fields.end() && !std::get<std::vector<std::string>>(admins->second).empty()) {
    co_return Error{ErrorKind::bad_request, "A tenant that is being made has no accounts yet: set 'admins' later."};
  }
  if (!hosts) co_return hosts.error();
  wanted.only_hosts = hosts->has_value();
  if (*hosts) wanted.hosts = std::move(**hosts);
  const auto made = co_await api.tenants.create(api.loop(), std::move(wanted), call.by.name());
  if (!made) co_return made.error();
  JsonObject object = to_json(*made->tenant);
  object["api_key"] = made->api_key;
  object["signing_secret"] = made->signing_secret;
  co_return make_answer(201, object, made->tenant->site_id);
}

Task<Outcome> list_tenants(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  std::optional<std::string> domain;
  if (const std::string* asked = call.query.find("domain")) {
    auto parsed = parse_tenant_domain(*asked);
    if (!parsed) co_return parsed.error();
    domain = std::move(*parsed);
  }
  JsonArray rows;
  std::string last, next_cursor;
  for (const TenantPtr& tenant : api.tenants.list()) {
    if (tenant->name <= page->cursor || (domain && tenant->domain() != *domain)) continue;
    if (rows.size() == page->rows) {
      next_cursor = last;
      break;
    }
    last = tenant->name;
    rows.push_back(to_json(*tenant));
  }
  co_return make_page("tenants", std::move(rows), next_cursor);
}

Task<Outcome> get_tenant(ApiContext& /*api*/, ApiCall call) { co_return show(call.tenant); }

Task<Outcome> change_tenant(ApiContext& api, ApiCall call) {
  auto change = read_change(call.fields);
  auto hosts = read_hosts(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (const auto good = check_modules(api, change); !good) co_return good.error();
  if (!hosts) co_return hosts.error();
  const auto admins = co_await check_admins(api, call.tenant, change);
  if (!admins) co_return admins.error();
  if (*hosts) {
    auto all = parse_hosts(call.tenant->domain(), **hosts, true);
    if (!all) co_return all.error();
    const auto may = co_await check_hosts(api, call.tenant, *all);
    if (!may) co_return may.error();
    *hosts = std::move(*all);
  }
  const auto tenant = co_await api.tenants.change(api.loop(), call.path("name"), std::move(change), std::move(*hosts));
  if (!tenant) co_return tenant.error();
  const auto dropped = co_await drop_removed(api, (*tenant)->id, *admins);
  if (!dropped) co_return dropped.error();
  co_await record(api, (*tenant)->id, call.by.name(), "tenant.change", (*tenant)->name);
  const TenantPtr now = api.tenants.find((*tenant)->id);
  co_return show(now ? now : *tenant);
}

Task<Outcome> suspend_tenant(ApiContext& api, ApiCall call) {
  auto reason = call.fields.text("reason");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto tenant = co_await api.tenants.suspend(api.loop(), call.path("name"), std::move(reason));
  if (tenant) co_await record(api, (*tenant)->id, call.by.name(), "tenant.suspend", (*tenant)->suspend_reason);
  co_return show(tenant);
}

Task<Outcome> resume_tenant(ApiContext& api, ApiCall call) {
  const auto tenant = co_await api.tenants.resume(api.loop(), call.path("name"));
  if (tenant) co_await record(api, (*tenant)->id, call.by.name(), "tenant.resume", (*tenant)->name);
  co_return show(tenant);
}

// Tenants tells every loop and wipes the data plane; app/tenancy.cc says how.
Task<Outcome> remove_tenant(ApiContext& api, ApiCall call) {
  const auto tenant = co_await api.tenants.remove(api.loop(), call.path("name"));
  if (!tenant) co_return tenant.error();
  co_await record(api, TenantId::server, call.by.name(), "tenant.remove", (*tenant)->name + ", " + (*tenant)->domain());
  co_return make_no_content();
}

}  // namespace teahouse::api
