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

void reply_time(const IqRequest& request) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("time", ns::time).leaf("tzo", "+00:00");
  writer.leaf("utc", format_time(request.home.clock().wall_ms())).close();
  request.home.reply(request.stanza, std::move(payload));
}

void reply_version(const IqRequest& request) {
  std::string payload;
  xml::Writer(payload).open("query", ns::version).leaf("name", "Teahouse").leaf("version", TEAHOUSE_VERSION).close();
  request.home.reply(request.stanza, std::move(payload));
}

// Of an account without items, and to who must not learn whether there is such an account (XEP-0030 section 8).
void reply_no_items(const IqRequest& request) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  if (const auto node = request.query.attribute("node")) writer.attribute("node", *node);
  writer.close();
  request.home.reply(request.stanza, std::move(payload));
}

// Reads the node of a disco request; false when it has been answered: there are no nodes here.
bool refuse_node(const IqRequest& request) {
  if (!request.query.attribute("node")) return false;
  request.home.reply_error(request.stanza, {ErrorKind::item_not_found, "There is no such node here."});
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

void EntityModule::attach(Home& home) {
  home_ = &home;
  Hooks& hooks = home.hooks();
  const auto get = [&hooks](IqTarget target, const char* name, const char* ns, auto handler) {
    hooks.on_iq(target, StanzaType::get, name, ns, handler);
  };
  get(IqTarget::host, "query", ns::disco_info, [this](const IqRequest& iq) { host_info(iq); });
  get(IqTarget::host, "query", ns::disco_items, [this](const IqRequest& iq) { host_items(iq); });
  get(IqTarget::account, "query", ns::disco_info, [this](const IqRequest& iq) { account_info(iq); });
  get(IqTarget::account, "query", ns::disco_items, [this](const IqRequest& iq) { account_items(iq); });
  get(IqTarget::nobody, "query", ns::disco_items, reply_no_items);
  get(IqTarget::host, "ping", ns::ping, [](const IqRequest& iq) { iq.home.reply(iq.stanza, {}); });
  get(IqTarget::account, "ping", ns::ping, [this](const IqRequest& iq) {
    if (may_see(iq)) {
      home_->reply(iq.stanza, {});
    } else {
      home_->reply_error(iq.stanza, {ErrorKind::service_unavailable, ""});
    }
  });
  get(IqTarget::host, "query", ns::version, reply_version);
  get(IqTarget::host, "time", ns::time, reply_time);
}

bool EntityModule::may_see(const IqRequest& request) const {
  const std::string_view asking = request.stanza.from->bare_view();
  if (asking == request.resident->jid().str()) return true;
  const RosterItem* item = roster_.of(*request.resident).find(request.stanza.from->bare());
  return item && item->subscription.from;
}

void EntityModule::host_info(const IqRequest& request) {
  if (refuse_node(request)) return;
  std::set<std::string_view> features;
  for (const auto& module : home_->modules()) {
    features.insert(module->info().host_features.begin(), module->info().host_features.end());
  }
  if (request.host->tenant->registration_allowed) features.insert(ns::register_iq);
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  write_identity(writer, "server", "im", request.host->tenant->title);
  for (const std::string_view feature : features) writer.open("feature").attribute("var", feature).close();
  writer.close();
  home_->reply(request.stanza, std::move(payload));
}

void EntityModule::host_items(const IqRequest& request) {
  if (refuse_node(request)) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  for (const HostName& host : request.host->tenant->hosts) {
    if (host.kind == HostKind::accounts) continue;
    const std::string_view title = host_kind_names()[static_cast<size_t>(host.kind)].title;
    writer.open("item").attribute("jid", host.domain).attribute("name", title).close();
  }
  writer.close();
  home_->reply(request.stanza, std::move(payload));
}

void EntityModule::account_info(const IqRequest& request) {
  if (!may_see(request)) {
    home_->reply_error(request.stanza, {ErrorKind::service_unavailable, ""});
    return;
  }
  if (refuse_node(request)) return;
  std::set<std::string_view> features;
  for (const auto& module : home_->modules()) {
    features.insert(module->info().account_features.begin(), module->info().account_features.end());
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  write_identity(writer, "account", "registered", {});
  for (const std::string_view feature : features) writer.open("feature").attribute("var", feature).close();
  writer.close();
  home_->reply(request.stanza, std::move(payload));
}

void EntityModule::account_items(const IqRequest& request) {
  if (may_see(request) && refuse_node(request)) return;
  reply_no_items(request);
}

}  // namespace teahouse
