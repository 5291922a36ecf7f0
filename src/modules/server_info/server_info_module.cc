#include "modules/server_info/server_info_module.h"

#include <algorithm>
#include <utility>

#include "tenant/contacts.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr char serverinfo_ns[] = "urn:xmpp:serverinfo:0";
constexpr char serverinfo_node[] = "serverinfo";
constexpr int64_t remote_domains_max = 1000;  // that are told of

void add_addresses(DataForm& form, const Tenant& tenant, std::string_view role, const std::string& var) {
  std::vector<std::string> uris = contacts_of(tenant, role);
  if (!uris.empty()) form.add(var, "list-multi", {}).values = std::move(uris);
}

// The FORM_TYPE alone says nothing.
std::optional<DataForm> unless_empty(DataForm form) {
  return form.fields().size() > 1 ? std::optional(std::move(form)) : std::nullopt;
}

// XEP-0485 adds its own field to the form of XEP-0157: there may be one form of a type.
std::optional<DataForm> make_contacts(const Tenant& tenant, const std::string& published_at) {
  DataForm form(DataForm::Type::result, ns::server_info);
  if (!published_at.empty()) form.add("serverinfo-pubsub-node", "text-single", {}, published_at);
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

// The address of the service on which the tenant has nodes; empty: it has none.
std::string_view pubsub_domain(const Tenant& tenant) {
  for (const HostName& host : tenant.hosts) {
    if (host.kind == HostKind::pubsub) return host.domain;
  }
  return {};
}

// XEP-0485 section 5. Other domains are counted and not named: they have not been asked whether they want to be.
std::string make_server_info(const Tenant& tenant) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("serverinfo", serverinfo_ns).open("domain").attribute("name", tenant.domain());
  writer.open("federation");
  const int64_t peers = tenant.meter->federated_domains.load(std::memory_order_relaxed);
  for (int64_t i = 0; i < std::min(peers, remote_domains_max); ++i) writer.open("remote-domain").close();
  writer.close().close();
  writer.open("query", ns::version).leaf("name", "Teahouse").leaf("version", TEAHOUSE_VERSION).close();
  writer.close();
  return payload;
}

}  // namespace

const ModuleInfo& ServerInfoModule::info() const {
  static const ModuleInfo info{
      .name = "server_info",
      .summary = "Where a tenant's people are reached, and how long what its users write is kept.",
      .xeps = {{157, "1.1.1", "Contact Addresses for XMPP Services", ""},
               {455, "0.4.0", "Service Outage Status", "the address of the file alone; nothing in band"},
               {485, "1.0.0", "PubSub Server Information", "other domains are counted, not named"},
               {504, "0.1.0", "Data Policy", "how long messages are kept, and the terms of service"}},
      .host_forms = {make_outage, make_policy},
      .options = {OptionInfo::flag("listed", false,
                                   "Whether the tenant tells maps of the network of itself (XEP-0485): its "
                                   "software, and with how many other servers it talks.")},
      .needs = {"disco"},
      .is_optional = true};
  return info;
}

void ServerInfoModule::attach(ModuleContext& context) {
  context_ = &context;
  disco_ = &context.need<DiscoModule>("disco");
  disco_->host_words = [this](const Host& host) { return describe(host); };
}

void ServerInfoModule::detach() { disco_->host_words = nullptr; }

pubsub::DomainNode ServerInfoModule::make_node() const {
  return {serverinfo_node, [this](const Host& host) {
            return is_listed(host) ? std::optional(make_server_info(*host.tenant)) : std::nullopt;
          }};
}

bool ServerInfoModule::is_listed(const Host& host) const {
  return context_->is_at(host) && context_->option<bool>(host, "listed");
}

DiscoModule::HostWords ServerInfoModule::describe(const Host& host) const {
  if (!context_->is_at(host)) return {};
  DiscoModule::HostWords words;
  std::string published_at;
  const HostPtr service = context_->find_host(*host.tenant, pubsub_domain(*host.tenant));
  if (service && context_->is_served(*service) && is_listed(host)) {
    words.features.push_back(serverinfo_ns);
    published_at = "xmpp:" + service->domain + "?;node=" + serverinfo_node;
  }
  if (auto contacts = make_contacts(*host.tenant, published_at)) words.forms.push_back(std::move(*contacts));
  return words;
}

}  // namespace teahouse
