#include "modules/pubsub/service.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "modules/pubsub/notify.h"

namespace teahouse::pubsub {

Standing Service::standing_of(const Node& node, const BareJid& entity) const {
  const Subscription* subscription = node.find_subscription(entity);
  Standing standing{affiliation_of(node, entity), subscription && !subscription->is_pending};
  if (!front_.has_presence()) return standing;
  standing.sees_presence = front_.sees_presence(entity);
  standing.is_in_group = node.config.access == AccessModel::roster && front_.is_in_group(entity, node.config.groups);
  return standing;
}

std::vector<BareJid> Service::owners_of(const Node& node) const {
  std::vector<BareJid> owners;
  if (front_.has_presence()) owners.push_back(address_);
  for (const auto& [entity, affiliation] : node.affiliations) {
    if (affiliation == Affiliation::owner) owners.push_back(entity);
  }
  return owners;
}

Result<Node*> Service::create(std::string name, NodeConfig config, const BareJid& creator) const {
  if (!front_.may_create(creator)) return Error{ErrorKind::forbidden, "You may not make nodes here."};
  if (!front_.may_name(name, creator)) {
    return Error{ErrorKind::forbidden, "A node of this name is the server's own: choose another."};
  }
  if (name.size() > node_bytes_max) {
    return Error{ErrorKind::not_acceptable, "A node's name has at most " + std::to_string(node_bytes_max) + " bytes."};
  }
  if (nodes_.find(name)) return Error{ErrorKind::conflict, "There is such a node already."};
  if (const auto may = context_.disk().check_addition(); !may) return may.error();
  const std::string share = is_account(creator) ? std::string() : creator.str();
  const auto found = nodes_.shares.find(share);
  const int64_t has = found == nodes_.shares.end() ? 0 : found->second.nodes;
  if (limits().pubsub_nodes >= 0 && has >= limits().pubsub_nodes) {
    return Error{ErrorKind::resource_constraint, "You have as many nodes as an account may have (" +
                                                     std::to_string(limits().pubsub_nodes) +
                                                     "). Delete one of them first."};
  }
  if (nodes_.by_name.size() >= service_nodes_max || !nodes_.has_room(1)) {
    return Error{ErrorKind::resource_constraint, "This service has as many nodes as it may have."};
  }
  Node node;
  node.name = std::move(name);
  node.config = std::move(config);
  node.creator = share;
  node.created_ms = context_.clock().wall_ms();
  if (!is_account(creator)) node.affiliations.emplace(creator, Affiliation::owner);
  return &nodes_.add(std::move(node));
}

// A node on disk has an owner at any time.
Lsn Service::store_new(const Node& node) const {
  for (const auto& [entity, affiliation] : node.affiliations) storage_.store_affiliation(node, entity, affiliation);
  return storage_.store_node(node);
}

Lsn Service::set_affiliation(Node& node, const BareJid& entity, Affiliation affiliation) const {
  nodes_.set_affiliation(node, entity, affiliation);
  return std::max(storage_.store_affiliation(node, entity, affiliation), forget_mention(entity));
}

Lsn Service::set_subscription(Node& node, const Jid& subscriber, const Subscription& subscription) const {
  nodes_.set_subscription(node, subscriber, subscription);
  return storage_.store_subscription(node, subscriber, subscription);
}

Lsn Service::remove_subscription(Node& node, const Jid& subscriber) const {
  nodes_.remove_subscription(node, subscriber);
  return std::max(storage_.remove_subscription(node, subscriber), forget_mention(subscriber.bare()));
}

Lsn Service::put_item(Node& node, Item item, std::string_view payload) const {
  const auto before = node.items.find(item.id);
  const uint64_t number = nodes_.next_number++;
  Lsn lsn = storage_.store_item(node, number, item, payload);
  nodes_.add_item(node, number, std::move(item));
  if (before) lsn = storage_.remove_item(node, *before);
  return std::max(lsn, trim(node));
}

Lsn Service::remove_item(Node& node, std::string_view id) const {
  const auto number = node.items.find(id);
  if (!number) return Lsn::none;
  nodes_.remove_item(node, *number);
  return storage_.remove_item(node, *number);
}

int64_t Service::items_max(const Node& node) const {
  const int64_t most = node.config.keeps_items() ? node.config.max_items : 0;
  const bool is_beyond = most == items_unbounded || (limits().pubsub_items >= 0 && most > limits().pubsub_items);
  return is_beyond ? limits().pubsub_items : most;
}

bool Service::has_room(const Node& node, const std::vector<PublishedItem>& items) const {
  if (!node.config.keeps_items()) return true;
  const bool is_replaced = node.config.max_items == 1 && node.items.size() == 1;
  if (!nodes_.has_room(is_replaced ? 0 : items.size())) return false;
  const int64_t most = limits().pubsub_bytes;
  if (most < 0) return true;
  int64_t bytes = nodes_.shares[node.creator].bytes;
  if (node.config.max_items == 1) bytes -= node.items.bytes();  // all that is there goes
  std::set<std::string_view> replaced;                          // an id may stand twice among the new ones
  for (const PublishedItem& each : items) {
    bytes += each.item.bytes;
    const auto before = node.items.find(each.item.id);
    if (!before || node.config.max_items == 1 || !replaced.insert(each.item.id).second) continue;
    bytes -= node.items.all().at(*before).bytes;
  }
  return bytes <= most;
}

Lsn Service::trim(Node& node) const {
  const int64_t most = items_max(node);
  Lsn lsn = Lsn::none;
  while (most >= 0 && node.items.size() > static_cast<size_t>(most)) {
    const uint64_t oldest = node.items.all().begin()->first;
    lsn = storage_.remove_item(node, oldest);
    nodes_.remove_item(node, oldest);
  }
  return lsn;
}

Lsn Service::forget_mention(const BareJid& entity) const {
  return nodes_.names(entity) ? Lsn::none : storage_.remove_mention(entity);
}

Lsn Service::remove(Node& node) const {
  Lsn lsn = storage_.remove_node(node);
  const Node gone = std::move(node);
  nodes_.remove(gone);
  for (const auto& [entity, affiliation] : gone.affiliations) lsn = std::max(lsn, forget_mention(entity));
  for (const auto& [subscriber, subscription] : gone.subscriptions) {
    lsn = std::max(lsn, forget_mention(subscriber.bare()));
  }
  if (const auto creator = BareJid::parse(gone.creator)) lsn = std::max(lsn, forget_mention(*creator));
  return lsn;
}

Lsn Service::forget(const BareJid& entity) const {
  Lsn lsn = Lsn::none;
  std::vector<Stanza> events;
  for (auto at = nodes_.by_name.begin(); at != nodes_.by_name.end() && nodes_.names(entity);) {
    Node& node = at++->second;
    if (node.affiliation_of(entity) != Affiliation::none) set_affiliation(node, entity, Affiliation::none);
    for (const Jid& address : node.subscribed_addresses(entity)) remove_subscription(node, address);
    if (node.creator == entity.str()) {
      nodes_.set_creator(node, {});
      lsn = storage_.store_node(node);
    }
    if (!owners_of(node).empty()) continue;
    auto told = make_notifications(*this, node, make_node_event("delete", node.name));
    events.insert(events.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
    lsn = remove(node);
  }
  lsn = std::max(lsn, storage_.remove_mention(entity));
  context_.when_committed(lsn, [send = front_.send(), events = std::move(events)]() mutable {
    for (Stanza& event : events) send(std::move(event));
  });
  return lsn;
}

void Service::tell(Node& node, Lsn lsn, const std::vector<PublishedItem>& published,
                   const std::vector<std::string>& retracted) const {
  std::vector<Stanza> events;
  const auto add = [&](std::string event) {
    auto told = make_notifications(*this, node, std::move(event));
    events.insert(events.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
  };
  if (!retracted.empty() && node.config.notify_retract) add(make_retract_event(node.name, retracted));
  if (!published.empty()) add(make_items_event(node, published, node.config.deliver_payloads));
  front_.changed(node.name);
  context_.when_committed(lsn, [send = front_.send(), events = std::move(events)]() mutable {
    for (Stanza& event : events) send(std::move(event));
  });
}

void Service::finish(Stanza answer, Lsn lsn, std::vector<Stanza> events) const {
  context_.when_committed(lsn, [send = front_.send(), context = &context_, answer = std::move(answer),
                                events = std::move(events)]() mutable {
    context->route(std::move(answer));
    for (Stanza& event : events) send(std::move(event));
  });
}

}  // namespace teahouse::pubsub
