// Service: one pubsub service while it handles a request: an account's own (PEP), or a host's. Its Front tells it whose
// it is.
//
// Results and notifications leave when what they tell of is on disk.
//
// Thread: its home loop.
// Limits: config.h, and those of the plan: pubsub_nodes, pubsub_items, pubsub_item_bytes and pubsub_bytes.
// Spec: XEP-0060, XEP-0163.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modules/pubsub/access.h"
#include "modules/pubsub/answer_lines.h"
#include "modules/pubsub/config_form.h"
#include "modules/pubsub/storage.h"
#include "server/module_context.h"

namespace teahouse::pubsub {

// How stanzas of a service leave it, now or later.
using Send = std::function<void(Stanza)>;

class Front {
 public:
  virtual ~Front() = default;
  virtual bool has_presence() const = 0;  // the service is an account's: presence and its roster count
  virtual NodeConfig defaults() const = 0;
  // The account whose nodes all are; empty for a host.
  virtual std::string_view account() const = 0;
  virtual bool may_create(const BareJid& entity) const = 0;
  virtual bool may_name(std::string_view /*node*/, const BareJid& /*creator*/) const { return true; }
  virtual bool sees_presence(const BareJid& entity) const = 0;
  virtual bool is_in_group(const BareJid& entity, const std::vector<std::string>& groups) const = 0;
  // The available resources that want notifications of a node by their capabilities.
  virtual std::vector<Jid> followers(std::string_view node) const = 0;
  virtual Send send() const = 0;
  // Where the service's home builds answers with items.
  virtual AnswerLines& answers() const = 0;
  // Something of the node is another from now on.
  virtual void changed(std::string_view node) const = 0;
};

struct PublishedItem;

class Service {
 public:
  Service(ModuleContext& context, HostPtr host, BareJid address, Nodes& nodes, const Front& front)
      : context_(context),
        host_(std::move(host)),
        address_(std::move(address)),
        storage_(context, *host_->tenant, address_),
        nodes_(nodes),
        front_(front) {}
  Service(const Service&) = delete;

  ModuleContext& context() const { return context_; }
  const PlanLimits& limits() const { return host_->tenant->limits(); }
  const Tenant& tenant() const { return *host_->tenant; }
  const BareJid& address() const { return address_; }
  const Storage& storage() const { return storage_; }
  const Front& front() const { return front_; }
  Nodes& nodes() const { return nodes_; }
  ConfigBounds bounds() const { return {limits().pubsub_items, front_.has_presence()}; }

  bool is_account(const BareJid& entity) const { return entity.str() == front_.account(); }
  Affiliation affiliation_of(const Node& node, const BareJid& entity) const {
    return is_account(entity) ? Affiliation::owner : node.affiliation_of(entity);
  }
  Standing standing_of(const Node& node, const BareJid& entity) const;
  std::optional<Fault> judge(const Node& node, const BareJid& entity, Action action) const {
    return pubsub::judge(node.config, standing_of(node, entity), action);
  }
  std::vector<BareJid> owners_of(const Node& node) const;

  // A new node, not stored yet. Errors: forbidden, conflict, resource_constraint, not_acceptable.
  Result<Node*> create(std::string name, NodeConfig config, const BareJid& creator) const;
  Lsn store_new(const Node& node) const;
  Lsn remove(Node& node) const;
  Lsn set_affiliation(Node& node, const BareJid& entity, Affiliation affiliation) const;
  Lsn set_subscription(Node& node, const Jid& subscriber, const Subscription& subscription) const;
  Lsn remove_subscription(Node& node, const Jid& subscriber) const;
  // Puts an item in its place and removes what the configuration has no room for. The payload is well-formed XML.
  Lsn put_item(Node& node, Item item, std::string_view payload) const;
  Lsn remove_item(Node& node, std::string_view id) const;
  // Removes the oldest items that are more than the node may have.
  Lsn trim(Node& node) const;
  int64_t items_max(const Node& node) const;  // -1: unlimited
  // Whether the service, and the share of the node's creator, have room for them; what they take the place of is not
  // counted against them.
  bool has_room(const Node& node, const std::vector<PublishedItem>& items) const;
  // The entity is no more: no node knows it from now on, and those that it alone owned go with it.
  Lsn forget(const BareJid& entity) const;

  // Tells of what was published and removed, when it is on disk.
  void tell(Node& node, Lsn lsn, const std::vector<PublishedItem>& published,
            const std::vector<std::string>& retracted) const;
  // When all that was written until `lsn` is on disk: the answer and then the others.
  void finish(Stanza answer, Lsn lsn, std::vector<Stanza> events) const;

 private:
  // Drops the mention of the entity, if none of the nodes names it any more.
  Lsn forget_mention(const BareJid& entity) const;

  ModuleContext& context_;
  const HostPtr host_;
  const BareJid address_;
  const Storage storage_;
  Nodes& nodes_;
  const Front& front_;
};

}  // namespace teahouse::pubsub
