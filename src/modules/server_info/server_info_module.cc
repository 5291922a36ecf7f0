#include "modules/server_info/server_info_module.h"

#include <utility>

#include "tenant/contacts.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

void add_addresses(DataForm& form, const Tenant& tenant, std::string_view role, const std::string& var) {
  std::vector<std::string> uris = contacts_of(tenant, role);
  if (!uris.empty()) form.add(var, "list-multi", {}).values = std::move(uris);
}

// The FORM_TYPE alone says nothing.
std::optional<DataForm> unless_empty(DataForm form) {
  return form.fields().size() > 1 ? std::optional(std::move(form)) : std::nullopt;
}

std::optional<DataForm> make_contacts(const Tenant& tenant) {
  DataForm form(DataForm::Type::result, ns::server_info);
  for (const std::string_view role : contact_roles()) {
    if (role == "outage" || role == "terms") continue;
    add_addresses(form, tenant, role, std::string(role) + "-addresses");
  }
  return unless_empty(std::move(form));
}

std::optional<DataForm> make_outage(const Tenant& tenant) {
  DataForm form(DataForm::Type::result, ns::outage);
  add_addresses(form, tenant, "outage", "external-status-addresses");
  return unless_empty(std::move(form));
}

// Of messages; in hours. Those that wait for a user who is away wait until they come.
std::string retention(const PlanLimits& limits) {
  if (limits.archive_days < 0 || limits.offline_messages != 0) return "infinite";
  return std::to_string(limits.archive_days * 24);
}

std::optional<DataForm> make_policy(const Tenant& tenant) {
  DataForm form(DataForm::Type::result, ns::data_policy);
  form.add("data_retention", "text-single", {}, retention(tenant.limits()));
  const auto terms = contacts_of(tenant, "terms");
  if (!terms.empty()) form.add("tos", "text-single", {}, terms.front());
  return form;
}

}  // namespace

const ModuleInfo& ServerInfoModule::info() const {
  static const ModuleInfo info{
      .name = "server_info",
      .summary = "Where a tenant's people are reached, and how long what its users write is kept.",
      .xeps = {{157, "1.1.1", "Contact Addresses for XMPP Services", ""},
               {455, "0.4.0", "Service Outage Status", "the address of the file alone; nothing in band"},
               {504, "0.1.0", "Data Policy", "how long messages are kept, and the terms of service"}},
      .host_forms = {make_contacts, make_outage, make_policy},
      .is_optional = true};
  return info;
}

}  // namespace teahouse
