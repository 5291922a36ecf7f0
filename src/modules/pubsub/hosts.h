// Hosts: the pubsub services of tenants that are hosts (pubsub.example.org), of those of a home.
//
// Users of the tenant, its guests not among them, make nodes. Presence and rosters are of no concern to the service:
// the access models open, authorize and whitelist are there.
//
// Thread: its home loop.
// Limits: a service's nodes are in memory from the first stanza for it on, service_nodes_max of them with
// service_entries_max entries. Stanzas that wait for them are bounded by Loading.
// Spec: XEP-0060.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "modules/pubsub/domain_node.h"
#include "modules/pubsub/service.h"
#include "server/loading.h"

namespace teahouse::pubsub {

class Hosts {
 public:
  Hosts(ModuleContext& context, std::optional<DomainNode> domain_node);

  // The entity is no more: no node of the service knows it from now on.
  void forget(const HostPtr& host, const BareJid& entity, const RemovalPtr& removal);

 private:
  class HostFront;
  using Work = std::function<void(Result<Nodes*>)>;
  struct Kept {
    TenantId tenant;
    Nodes nodes;
    std::optional<std::string> of_domain = std::nullopt;  // what the domain's node has; none: not looked at yet
  };

  void handle(const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket);
  void handle_with(const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket, Nodes& nodes);
  // The node is as its module has it now: made, published to, or removed.
  void refresh_domain_node(const Service& service, const Host& host);
  Node* create_for(const Service& service, const BareJid& domain) const;
  void remove_with_word(const Service& service, Node& node) const;
  void answer_disco(const Service& service, const Host& host, const Stanza& stanza, const xml::Element& query);
  // Calls back with the nodes: now, when they are in memory and nothing waits for them, else later.
  void with_nodes(const HostPtr& host, Work work);
  static Task<void> load(Hosts& self, HostPtr host);
  Result<Nodes*> find(const Host& host);
  void forget_services(const Tenant& tenant);

  ModuleContext& context_;
  const std::optional<DomainNode> domain_node_;
  std::unordered_map<std::string, Kept> kept_;  // by domain
  Loading<std::string, Work> loading_;
  AnswerLines answers_;
};

// Of the home of this module; null where it has none.
Hosts* find_hosts(Module* module);
// Hooks::kept_at.
Task<Result<std::string>> describe_nodes(ModuleContext& context, HostPtr host);

}  // namespace teahouse::pubsub
