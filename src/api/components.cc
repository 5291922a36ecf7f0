// External components (XEP-0114): hosts of a tenant for which programs elsewhere answer, and their secrets; for the
// operator under the tenant's name, and for the tenant itself.
#include <boost/json.hpp>

#include "api/handlers.h"
#include "api/json.h"
#include "tenant/names.h"

namespace teahouse::api {
namespace {

Error no_component(const std::string& domain) {
  return {ErrorKind::item_not_found, "There is no component '" + domain.substr(0, 300) + "' of this tenant."};
}

bool is_component(const HostName& host, std::string_view domain) {
  return host.kind == HostKind::component && host.domain == domain;
}

// The one spelling of a component that there is.
Result<std::string> find_component(const Tenant& tenant, const std::string& asked) {
  const auto domain = parse_tenant_domain(asked, domain_bytes_max);
  if (!domain) return no_component(asked);
  for (const HostName& host : tenant.hosts) {
    if (is_component(host, *domain)) return host.domain;
  }
  return no_component(asked);
}

Result<std::vector<HostName>> add_host(const Tenant& tenant, const std::string& domain) {
  if (find_component(tenant, domain)) {
    return Error{ErrorKind::conflict, "There is the component " + domain + " already. POST /v1/components/" + domain +
                                          "/secret makes another secret for it."};
  }
  std::vector<HostName> hosts = tenant.hosts;
  hosts.push_back({domain, HostKind::component});
  return parse_hosts(tenant.domain(), hosts, true);
}

Result<std::vector<HostName>> drop_host(const Tenant& tenant, const std::string& domain) {
  std::vector<HostName> hosts = tenant.hosts;
  std::erase_if(hosts, [&](const HostName& host) { return is_component(host, domain); });
  return hosts;
}

// The tenant is told to all loops anew: a stream with the secret from before ends there.
Task<Result<std::string>> make_secret(ApiContext& api, TenantPtr tenant, std::string domain) {
  auto rotating = api.shared().keys.components.rotate(api.loop(), tenant->id, domain);
  const auto made = co_await rotating;
  if (!made) co_return made.error();
  auto telling = api.tenants.change(api.loop(), tenant->name, {});
  const auto told = co_await telling;
  if (!told) co_return told.error();
  co_return made->secret;
}

JsonObject show(const ComponentPermissions& permissions) {
  return boost::json::parse(to_json(permissions)).get_object();
}

// A permission that is not among the fields is not given.
Result<ComponentPermissions> read_permissions(Fields& fields) {
  JsonObject object;
  for (const char* name : {"roster", "message", "presence"}) {
    if (const auto text = fields.optional_text(name)) object[name] = *text;
  }
  if (const auto push = fields.flag("roster_push")) object["roster_push"] = *push;
  const auto iq = fields.object("iq");
  if (const auto good = fields.check(); !good) return good.error();
  if (iq) {
    boost::system::error_code failed;
    object["iq"] = boost::json::parse(*iq, failed);
    if (failed) return Error{ErrorKind::bad_request, "The field 'iq' must be a JSON object."};
  }
  return parse_component_permissions(boost::json::serialize(object));
}

Outcome show_new(const std::string& domain, const std::string& secret) {
  return make_answer(201, {{"domain", domain}, {"secret", secret}}, secret);
}

}  // namespace

Task<Outcome> list_components(ApiContext& api, ApiCall call) {
  JsonArray rows;
  for (const HostName& host : call.tenant->hosts) {
    if (host.kind != HostKind::component) continue;
    JsonObject row = {{"domain", host.domain}};
    const auto secret = api.shared().keys.components.find(call.tenant->id, host.domain);
    if (secret) row["secret_made"] = format_time(secret->created_ms);
    const auto permissions = call.tenant->component_permissions.find(host.domain);
    if (permissions != call.tenant->component_permissions.end()) row["permissions"] = show(permissions->second);
    rows.push_back(std::move(row));
  }
  co_return make_page("components", std::move(rows), {});
}

Task<Outcome> add_component(ApiContext& api, ApiCall call) {
  const std::string asked = call.fields.text("domain");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  auto domain = parse_tenant_domain(asked, domain_bytes_max);
  if (!domain) co_return domain.error();
  Tenants::HostEdit edit = [domain = *domain](const Tenant& tenant) { return add_host(tenant, domain); };
  auto changing = api.tenants.edit_hosts(api.loop(), call.tenant->name, std::move(edit));
  const auto changed = co_await changing;
  if (!changed) co_return changed.error();
  auto making = make_secret(api, *changed, *domain);
  const auto secret = co_await making;
  if (!secret) co_return secret.error();
  co_await record(api, call.tenant->id, call.by.name(), "component.add", *domain);
  co_return show_new(*domain, *secret);
}

Task<Outcome> rotate_component_secret(ApiContext& api, ApiCall call) {
  const auto domain = find_component(*call.tenant, call.path("domain"));
  if (!domain) co_return domain.error();
  auto making = make_secret(api, call.tenant, *domain);
  const auto secret = co_await making;
  if (!secret) co_return secret.error();
  co_await record(api, call.tenant->id, call.by.name(), "component.secret", *domain);
  co_return show_new(*domain, *secret);
}

Task<Outcome> set_component_permissions(ApiContext& api, ApiCall call) {
  const auto domain = find_component(*call.tenant, call.path("domain"));
  if (!domain) co_return domain.error();
  const auto permissions = read_permissions(call.fields);
  if (!permissions) co_return permissions.error();
  auto changing = api.tenants.set_component_permissions(api.loop(), call.tenant->name, *domain, *permissions);
  const auto changed = co_await changing;
  if (!changed) co_return changed.error();
  co_await record(api, call.tenant->id, call.by.name(), "component.permissions", *domain + " " + to_json(*permissions));
  co_return make_answer(200, show(*permissions));
}

Task<Outcome> remove_component(ApiContext& api, ApiCall call) {
  const auto domain = find_component(*call.tenant, call.path("domain"));
  if (!domain) co_return domain.error();
  Tenants::HostEdit edit = [domain = *domain](const Tenant& tenant) { return drop_host(tenant, domain); };
  auto changing = api.tenants.edit_hosts(api.loop(), call.tenant->name, std::move(edit));
  const auto changed = co_await changing;
  if (!changed) co_return changed.error();
  co_await record(api, call.tenant->id, call.by.name(), "component.remove", *domain);
  co_return make_no_content();
}

}  // namespace teahouse::api
