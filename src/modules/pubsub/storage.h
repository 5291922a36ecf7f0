// Storage: what the data plane keeps of a service's nodes: a row for each node, for each of its affiliations,
// subscriptions and items, and for each item's payload. Each address that a node names has a mention.
//
// A payload is written before its item, and an item is removed before its payload, so that after a crash (which keeps a
// prefix of the writes) each item has a payload. The row of a node that is made comes last, and of one that goes first:
// rows of no node are removed when the service is loaded.
//
// Thread: any; the tasks go on on `home`.
#pragma once

#include <optional>
#include <string>

#include "modules/pubsub/node.h"
#include "server/mentions.h"
#include "store/stores.h"
#include "tenant/tenant.h"

namespace teahouse {
class SharedContext;
}

namespace teahouse::pubsub {

class Storage {
 public:
  // `service`: the address of an account, or of a host.
  Storage(const SharedContext& context, const Tenant& tenant, BareJid service);

  // Each gives the Lsn of its last write.
  Lsn store_node(const Node& node) const;  // without its entities and items
  Lsn remove_node(const Node& node) const;
  Lsn store_affiliation(const Node& node, const BareJid& entity, Affiliation affiliation) const;
  Lsn store_subscription(const Node& node, const Jid& subscriber, const Subscription& subscription) const;
  Lsn remove_subscription(const Node& node, const Jid& subscriber) const;
  Lsn store_item(const Node& node, uint64_t number, const Item& item, std::string_view payload) const;
  Lsn remove_item(const Node& node, uint64_t number) const;
  // No node of the service names the entity any more.
  Lsn remove_mention(const BareJid& entity) const;
  // Of a service that is no more.
  Lsn remove_all() const;

  // Errors: internal_server_error for a row that cannot be read: an outcast must not come back by it.
  Task<Result<Nodes>> load(Executor& home, NodeConfig defaults) const;
  Task<Result<size_t>> count_nodes(Executor& home) const;
  Task<Result<std::optional<std::string>>> load_payload(Executor& home, std::string node, uint64_t number) const;

  static Mentions mentions(const SharedContext& context);

 private:
  Mention make_mention(const BareJid& entity) const;
  // False: it cannot be read.
  bool add_row(Nodes& nodes, const store::MapStore::Entry& row) const;

  TenantId tenant_;
  std::string accounts_domain_;  // of the tenant
  BareJid service_;
  store::MapStore map_, payloads_;
  Mentions mentions_;
};

}  // namespace teahouse::pubsub
