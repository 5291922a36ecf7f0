#include "modules/pubsub/hosts.h"

#include "account/user_id.h"
#include "modules/pubsub/features.h"
#include "modules/pubsub/notify.h"
#include "modules/pubsub/request.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"
#include "xmpp/rsm.h"

namespace teahouse::pubsub {
namespace {

enum class NodeMakers : uint8_t { users, staff };  // the option nodes_made_by

NodeConfig host_defaults() {
  NodeConfig config;
  config.max_items = items_unbounded;
  config.send_last = SendLast::on_sub;
  return config;
}

BareJid address_of(const Host& host) { return BareJid::make({}, host.domain).value(); }

std::string make_service_info(const Host& host) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  writer.open("identity").attribute("category", "pubsub").attribute("type", "service");
  writer.attribute("name", host.tenant->title).close();
  for (const char* feature : {ns::disco_info, ns::disco_items, ns::ping}) {
    writer.open("feature").attribute("var", feature).close();
  }
  for (const char* feature : common_features()) writer.open("feature").attribute("var", feature).close();
  writer.close();
  return payload;
}

}  // namespace

class Hosts::HostFront final : public Front {
 public:
  HostFront(Hosts& hosts, const Host& host) : hosts_(hosts), context_(hosts.context_), host_(host) {}

  bool has_presence() const override { return false; }
  NodeConfig defaults() const override { return host_defaults(); }
  std::string_view account() const override { return {}; }
  bool may_create(const BareJid& entity) const override {
    const Tenant& tenant = *host_.tenant;
    if (entity.str() == tenant.domain()) return true;
    if (!entity.has_localpart() || entity.domainpart() != tenant.domain()) return false;
    if (entity.localpart().starts_with(guest_id_prefix)) return false;
    return context_.option<NodeMakers>(host_, "nodes_made_by") == NodeMakers::users ||
           tenant.staff->has(entity.localpart());
  }
  bool may_name(std::string_view node, const BareJid& creator) const override {
    return !hosts_.domain_node_ || node != hosts_.domain_node_->name || creator.str() == host_.tenant->domain();
  }
  bool sees_presence(const BareJid&) const override { return false; }
  bool is_in_group(const BareJid&, const std::vector<std::string>&) const override { return false; }
  std::vector<Jid> followers(std::string_view) const override { return {}; }
  AnswerLines& answers() const override { return hosts_.answers_; }
  void changed(std::string_view) const override {}
  Send send() const override {
    return [context = &context_](Stanza stanza) { context->route(std::move(stanza)); };
  }

 private:
  Hosts& hosts_;
  ModuleContext& context_;
  const Host& host_;
};

Hosts::Hosts(ModuleContext& context, std::optional<DomainNode> domain_node)
    : context_(context), domain_node_(std::move(domain_node)) {
  context.on_service(HostKind::pubsub, [this](const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket) {
    handle(host, stanza, ticket);
  });
  context.on(&Hooks::tenant_changed, [this](const TenantPtr& tenant) { forget_services(*tenant); });
  context.on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { forget_services(*tenant); });
  context.on(&Hooks::kept_at, [&context](HostPtr host) { return describe_nodes(context, std::move(host)); });
}

// Of hosts that are the tenant's no more; what is on disk stays until the tenant goes.
void Hosts::forget_services(const Tenant& tenant) {
  std::erase_if(kept_, [&](const auto& each) {
    return each.second.tenant == tenant.id && !context_.find_host(tenant, each.first);
  });
}

void Hosts::forget(const HostPtr& host, const BareJid& entity, const RemovalPtr& removal) {
  with_nodes(host, [this, host, entity, removal](Result<Nodes*> nodes) {
    if (!nodes) return removal->fail();
    const HostFront front(*this, *host);
    removal->await(Service(context_, host, address_of(*host), **nodes, front).forget(entity));
  });
}

void Hosts::handle(const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket) {
  if (!stanza.from || !stanza.to || takes_no_error(stanza) || stanza.kind == StanzaKind::presence) return;
  if (stanza.to->str() != host->domain) {
    return context_.refuse(stanza, ticket, {ErrorKind::item_not_found, "There is only " + host->domain + " here."});
  }
  if (loading_.is_full(host->domain)) {
    return context_.refuse(
        stanza, ticket, {ErrorKind::resource_constraint, "Too much waits for this service already: try again soon."});
  }
  with_nodes(host, [this, host, stanza, ticket](Result<Nodes*> nodes) {
    if (!nodes) return context_.refuse(stanza, ticket, nodes.error());
    handle_with(host, stanza, ticket, **nodes);
  });
}

void Hosts::handle_with(const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket, Nodes& nodes) {
  const HostFront front(*this, *host);
  const Service service(context_, host, address_of(*host), nodes, front);
  if (stanza.kind == StanzaKind::message && handle_approval(service, stanza)) return;
  if (domain_node_) refresh_domain_node(service, *host);
  const auto query = is_request(stanza) ? stanza.first_child() : std::nullopt;
  if (query && (query->is("pubsub", ns::pubsub) || query->is("pubsub", ns::pubsub_owner))) {
    return handle_request(service, stanza, *query, ticket);
  }
  if (query && stanza.type == StanzaType::get) {
    if (query->is("ping", ns::ping)) return context_.reply(stanza, {});
    if (query->is("query", ns::disco_info) || query->is("query", ns::disco_items)) {
      return answer_disco(service, *host, stanza, *query);
    }
  }
  context_.refuse(stanza, ticket, {ErrorKind::service_unavailable, ""});
}

void Hosts::refresh_domain_node(const Service& service, const Host& host) {
  const auto found = kept_.find(host.domain);
  if (found == kept_.end()) return;
  std::string payload = domain_node_->payload(host).value_or("");
  if (found->second.of_domain == payload) return;
  const BareJid domain = BareJid::make({}, host.tenant->domain()).value();
  Node* node = service.nodes().find(domain_node_->name);
  if (node && node->affiliation_of(domain) != Affiliation::owner) return;  // of that name before it was the domain's
  if (payload.empty()) {
    if (node) remove_with_word(service, *node);
  } else {
    if (!node) node = create_for(service, domain);
    if (!node) return;  // there is no room, or the disk is full: the next request tries again
    const PublishedItem published{
        {"current", domain.str(), static_cast<int64_t>(payload.size()), context_.clock().wall_ms()}, payload};
    service.tell(*node, service.put_item(*node, published.item, payload), {published}, {});
  }
  found->second.of_domain = std::move(payload);
}

// Null: it can't be made.
Node* Hosts::create_for(const Service& service, const BareJid& domain) const {
  NodeConfig config = host_defaults();
  config.max_items = 1;
  const auto made = service.create(std::string(domain_node_->name), std::move(config), domain);
  if (!made) return nullptr;
  service.store_new(**made);
  return *made;
}

void Hosts::remove_with_word(const Service& service, Node& node) const {
  auto events = make_notifications(service, node, make_node_event("delete", node.name));
  context_.when_committed(service.remove(node), [context = &context_, events = std::move(events)]() mutable {
    for (Stanza& event : events) context->route(std::move(event));
  });
}

void Hosts::answer_disco(const Service& service, const Host& host, const Stanza& stanza, const xml::Element& query) {
  const BareJid asker = stanza.from->bare();
  const bool asks_info = query.ns() == ns::disco_info;
  if (const auto node = query.attribute("node")) {
    auto payload = asks_info ? make_node_info(service, *node, asker) : make_node_items(service, *node, asker);
    if (payload) return context_.reply(stanza, std::move(*payload));
    return context_.reply_error(stanza, {ErrorKind::item_not_found, "There is no such node here."});
  }
  if (asks_info) return context_.reply(stanza, make_service_info(host));
  const auto rsm = parse_rsm_of(query);
  if (!rsm) return context_.reply_error(stanza, rsm.error());
  context_.reply(stanza, make_service_items(service, asker, *rsm, query.child("set", ns::rsm).has_value()));
}

Result<Nodes*> Hosts::find(const Host& host) {
  const auto found = kept_.find(host.domain);
  if (found != kept_.end() && found->second.tenant == host.tenant->id) return &found->second.nodes;
  return Error{ErrorKind::item_not_found, "There is no such service any more."};
}

void Hosts::with_nodes(const HostPtr& host, Work work) {
  const auto known = find(*host);
  if (known && !loading_.is_held(host->domain)) return work(*known);
  if (loading_.wait(host->domain, std::move(work))) spawn(load(*this, host));
}

Task<void> Hosts::load(Hosts& self, HostPtr host) {
  const Storage storage(self.context_, *host->tenant, address_of(*host));
  auto nodes = co_await storage.load(self.context_.loop(), host_defaults());
  // The tenant may have lost the host meanwhile.
  if (nodes && self.context_.current(host)) {
    self.kept_.insert_or_assign(host->domain, Kept{host->tenant->id, std::move(*nodes)});
  }
  self.loading_.release(host->domain, [&](const Work& work) { work(nodes ? self.find(*host) : nodes.error()); });
}

Task<Result<std::string>> describe_nodes(ModuleContext& context, HostPtr host) {
  if (host->kind != HostKind::pubsub) co_return std::string();
  const auto count = co_await Storage(context, *host->tenant, address_of(*host)).count_nodes(context.loop());
  if (!count) co_return count.error();
  co_return *count == 0 ? std::string() : std::to_string(*count) + (*count == 1 ? " node" : " nodes");
}

}  // namespace teahouse::pubsub
