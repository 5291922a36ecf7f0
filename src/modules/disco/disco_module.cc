#include "modules/disco/disco_module.h"

#include <set>

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

struct Members {
  std::vector<Identity> ModuleInfo::*identities;
  std::vector<Feature> ModuleInfo::*features;
  std::vector<HostForm> ModuleInfo::*forms;  // null: none
};
constexpr Members of_host = {&ModuleInfo::host_identities, &ModuleInfo::host_features, &ModuleInfo::host_forms};
constexpr Members of_account = {&ModuleInfo::account_identities, &ModuleInfo::account_features, nullptr};

void write_forms(xml::Writer& writer, const std::vector<HostForm>& forms, const Tenant& tenant) {
  for (const HostForm make : forms) {
    if (const auto form = make(tenant)) form->write(writer);
  }
}

// A disco#info answer of what the modules declare in these members, and of more.
std::string make_info(const std::vector<const ModuleInfo*>& modules, const Tenant& tenant, std::string_view name,
                      const Members& members, std::string_view node = {}, const DiscoModule::HostWords& more = {}) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  if (!node.empty()) writer.attribute("node", node);
  std::set<std::string_view> offered;
  for (const ModuleInfo* module : modules) {
    for (const Identity& identity : module->*members.identities) {
      writer.open("identity").attribute("category", identity.category).attribute("type", identity.type);
      if (!name.empty()) writer.attribute("name", name);
      writer.close();
    }
    for (const Feature& feature : module->*members.features) {
      if (!feature.is_offered || feature.is_offered(tenant)) offered.insert(feature.var);
    }
  }
  offered.insert(more.features.begin(), more.features.end());
  for (const std::string_view feature : offered) writer.open("feature").attribute("var", feature).close();
  for (const DataForm& form : more.forms) form.write(writer);
  for (const ModuleInfo* module : modules) {
    if (members.forms) write_forms(writer, module->*members.forms, tenant);
  }
  writer.close();
  return payload;
}

void reply_time(const ModuleContext& context, const IqRequest& request) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("time", ns::time).leaf("tzo", "+00:00");
  writer.leaf("utc", format_time(context.clock().wall_ms())).close();
  context.reply(request.stanza, std::move(payload));
}

void reply_version(const ModuleContext& context, const IqRequest& request) {
  std::string payload;
  xml::Writer(payload).open("query", ns::version).leaf("name", "Teahouse").leaf("version", TEAHOUSE_VERSION).close();
  context.reply(request.stanza, std::move(payload));
}

// Of an account without items, and to an asker that must not learn whether there is such an account (XEP-0030 section
// 8).
void reply_no_items(const ModuleContext& context, const IqRequest& request) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  if (const auto node = request.query.attribute("node")) writer.attribute("node", *node);
  writer.close();
  context.reply(request.stanza, std::move(payload));
}

bool answer_node(const std::function<bool(const IqRequest&)>& nodes, const IqRequest& request) {
  return nodes && request.query.attribute("node") && nodes(request);
}

// Reads the node of a disco request; false when it has been answered: there are no nodes here.
bool refuse_node(const ModuleContext& context, const IqRequest& request) {
  if (!request.query.attribute("node")) return false;
  context.reply_error(request.stanza, {ErrorKind::item_not_found, "There is no such node here."});
  return true;
}

}  // namespace

const ModuleInfo& DiscoModule::info() const {
  static const ModuleInfo info{.name = "disco",
                               .summary = "What hosts and accounts say of themselves.",
                               .xeps = {{30, "2.5.0", "Service Discovery", "hosts have no nodes but those of commands"},
                                        {92, "1.1", "Software Version", "the operating system is not told"},
                                        {199, "2.0.1", "XMPP Ping", ""},
                                        {202, "2.0", "Entity Time", ""}},
                               .host_features = {ns::disco_info, ns::disco_items, ns::ping, ns::version, ns::time},
                               .account_features = {ns::disco_info, ns::disco_items, ns::ping},
                               .host_identities = {{"server", "im"}},
                               .account_identities = {{"account", "registered"}},
                               .needs = {"roster"}};
  return info;
}

void DiscoModule::attach(ModuleContext& context) {
  context_ = &context;
  roster_ = &context.need<RosterModule>("roster");
  const auto get = [&context](IqTarget target, const char* name, const char* ns, auto handler) {
    context.on_iq(target, StanzaType::get, name, ns, handler);
  };
  get(IqTarget::host, "query", ns::disco_info, [this](const IqRequest& iq) { host_info(iq); });
  get(IqTarget::host, "query", ns::disco_items, [this](const IqRequest& iq) { host_items(iq); });
  get(IqTarget::account, "query", ns::disco_info, [this](const IqRequest& iq) { account_info(iq); });
  get(IqTarget::account, "query", ns::disco_items, [this](const IqRequest& iq) { account_items(iq); });
  get(IqTarget::nobody, "query", ns::disco_items, [&context](const IqRequest& iq) { reply_no_items(context, iq); });
  get(IqTarget::host, "ping", ns::ping, [&context](const IqRequest& iq) { context.reply(iq.stanza, {}); });
  get(IqTarget::account, "ping", ns::ping, [this](const IqRequest& iq) {
    if (may_see(iq)) {
      context_->reply(iq.stanza, {});
    } else {
      context_->reply_error(iq.stanza, {ErrorKind::service_unavailable, ""});
    }
  });
  get(IqTarget::host, "query", ns::version, [&context](const IqRequest& iq) { reply_version(context, iq); });
  get(IqTarget::host, "time", ns::time, [&context](const IqRequest& iq) { reply_time(context, iq); });
}

bool DiscoModule::may_see(const IqRequest& request) const {
  const std::string_view asking = request.stanza.from->bare_view();
  if (asking == request.resident->jid().str()) return true;
  const RosterItem* item = roster_->of(*request.resident).find(request.stanza.from->bare());
  return item && item->subscription.from;
}

bool DiscoModule::answer_own_node(const IqRequest& request) const {
  if (!own_node || request.query.attribute("node").value_or("") != own_node->name) return false;
  if (!own_node->is_at(*request.host)) return false;
  if (request.is_own_account()) {
    own_node->answer(request);
  } else if (may_see(request)) {
    context_->reply_error(request.stanza, {ErrorKind::forbidden, "This is for the account itself."});
  } else {
    return false;
  }
  return true;
}

void DiscoModule::host_info(const IqRequest& request) {
  if (answer_node(on_host_node, request)) return;
  const std::string_view node = request.query.attribute("node").value_or("");
  const bool is_own = !node.empty() && is_own_node && is_own_node(request.host, node);
  if (!is_own && refuse_node(*context_, request)) return;
  context_->reply(request.stanza, make_host_info(*request.host, node));
}

std::string DiscoModule::make_host_info(const Host& host, std::string_view node) const {
  return make_info(context_->modules(host), *host.tenant, host.tenant->title, of_host, node,
                   host_words ? host_words(host) : HostWords());
}

void DiscoModule::host_items(const IqRequest& request) {
  if (answer_node(on_host_node, request)) return;
  if (refuse_node(*context_, request)) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  for (const HostName& host : request.host->tenant->hosts) {
    const HostPtr served = context_->find_host(*request.host->tenant, host.domain);
    if (host.kind == HostKind::accounts || !served || !context_->is_served(*served)) continue;
    const std::string_view title = host_kind_names()[static_cast<size_t>(host.kind)].title;
    writer.open("item").attribute("jid", host.domain).attribute("name", title).close();
  }
  writer.close();
  context_->reply(request.stanza, std::move(payload));
}

void DiscoModule::account_info(const IqRequest& request) {
  if (answer_own_node(request) || answer_node(on_account_node, request)) return;
  if (!may_see(request)) {
    context_->reply_error(request.stanza, {ErrorKind::service_unavailable, ""});
    return;
  }
  if (refuse_node(*context_, request)) return;
  context_->reply(request.stanza, make_info(context_->modules(*request.host), *request.host->tenant, {}, of_account));
}

void DiscoModule::account_items(const IqRequest& request) {
  if (answer_own_node(request) || answer_node(on_account_node, request)) return;
  const bool is_seen = may_see(request);
  if (is_seen && refuse_node(*context_, request)) return;
  if (!is_seen || !on_account_items) return reply_no_items(*context_, request);
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  on_account_items(request, writer);
  writer.close();
  context_->reply(request.stanza, std::move(payload));
}

}  // namespace teahouse
