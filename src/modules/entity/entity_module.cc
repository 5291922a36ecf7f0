#include "modules/entity/entity_module.h"

#include <set>

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

void write_identity(xml::Writer& writer, std::string_view category, std::string_view type, std::string_view name) {
  writer.open("identity").attribute("category", category).attribute("type", type);
  if (!name.empty()) writer.attribute("name", name);
  writer.close();
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

// Of an account without items, and to who must not learn whether there is such an account (XEP-0030 section 8).
void reply_no_items(const ModuleContext& context, const IqRequest& request) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  if (const auto node = request.query.attribute("node")) writer.attribute("node", *node);
  writer.close();
  context.reply(request.stanza, std::move(payload));
}

// Reads the node of a disco request; false when it has been answered: there are no nodes here.
bool refuse_node(const ModuleContext& context, const IqRequest& request) {
  if (!request.query.attribute("node")) return false;
  context.reply_error(request.stanza, {ErrorKind::item_not_found, "There is no such node here."});
  return true;
}

}  // namespace

const ModuleInfo& EntityModule::info() const {
  static const ModuleInfo info{"entity",
                               "What hosts and accounts say of themselves.",
                               {{30, "2.5.0", "Service Discovery", "no nodes"},
                                {92, "1.1", "Software Version", "the operating system is not told"},
                                {199, "2.0.1", "XMPP Ping", ""},
                                {202, "2.0", "Entity Time", ""}},
                               {ns::disco_info, ns::disco_items, ns::ping, ns::version, ns::time},
                               {ns::disco_info, ns::disco_items, ns::ping}};
  return info;
}

void EntityModule::attach(ModuleContext& context) {
  context_ = &context;
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

bool EntityModule::may_see(const IqRequest& request) const {
  const std::string_view asking = request.stanza.from->bare_view();
  if (asking == request.resident->jid().str()) return true;
  const RosterItem* item = roster_.of(*request.resident).find(request.stanza.from->bare());
  return item && item->subscription.from;
}

void EntityModule::host_info(const IqRequest& request) {
  if (refuse_node(*context_, request)) return;
  std::set<std::string_view> features;
  for (const ModuleInfo* module : context_->modules()) {
    features.insert(module->host_features.begin(), module->host_features.end());
  }
  if (request.host->tenant->registration_allowed) features.insert(ns::register_iq);
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  write_identity(writer, "server", "im", request.host->tenant->title);
  for (const std::string_view feature : features) writer.open("feature").attribute("var", feature).close();
  writer.close();
  context_->reply(request.stanza, std::move(payload));
}

void EntityModule::host_items(const IqRequest& request) {
  if (refuse_node(*context_, request)) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  for (const HostName& host : request.host->tenant->hosts) {
    if (host.kind == HostKind::accounts) continue;
    const std::string_view title = host_kind_names()[static_cast<size_t>(host.kind)].title;
    writer.open("item").attribute("jid", host.domain).attribute("name", title).close();
  }
  writer.close();
  context_->reply(request.stanza, std::move(payload));
}

void EntityModule::account_info(const IqRequest& request) {
  if (!may_see(request)) {
    context_->reply_error(request.stanza, {ErrorKind::service_unavailable, ""});
    return;
  }
  if (refuse_node(*context_, request)) return;
  std::set<std::string_view> features;
  for (const ModuleInfo* module : context_->modules()) {
    features.insert(module->account_features.begin(), module->account_features.end());
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  write_identity(writer, "account", "registered", {});
  for (const std::string_view feature : features) writer.open("feature").attribute("var", feature).close();
  writer.close();
  context_->reply(request.stanza, std::move(payload));
}

void EntityModule::account_items(const IqRequest& request) {
  if (may_see(request) && refuse_node(*context_, request)) return;
  reply_no_items(*context_, request);
}

}  // namespace teahouse
