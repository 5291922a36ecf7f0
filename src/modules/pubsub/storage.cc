// In the map "pubsub", under the service's address: "n NODE" -> the node; "a NODE\0ADDRESS" -> an affiliation, "s
// NODE\0ADDRESS" -> a subscription; and "i NODE\0NUMBER" -> an item, the number as eight bytes, so that items stand in
// the order in which they were published. In "pubsub_items": "NODE\0NUMBER" -> the payload. No node's name has a NUL.
#include "modules/pubsub/storage.h"

#include "server/module_context.h"

namespace teahouse::pubsub {
namespace {

constexpr std::string_view node_prefix = "n ", item_prefix = "i ", affiliation_prefix = "a ",
                           subscription_prefix = "s ";

std::string payload_entry(std::string_view node, uint64_t number) {
  std::string entry(node);
  entry.push_back('\0');
  for (int shift = 56; shift >= 0; shift -= 8) entry.push_back(static_cast<char>(number >> shift));
  return entry;
}

std::string item_entry(std::string_view node, uint64_t number) {
  return std::string(item_prefix) + payload_entry(node, number);
}

std::string entity_entry(std::string_view prefix, std::string_view node, const Jid& address) {
  std::string entry = std::string(prefix).append(node);
  entry.push_back('\0');
  return entry.append(address.str());
}

// Of a row that is of a node and of something in it. None: it is no such row.
struct Place {
  std::string_view node, rest;
};
std::optional<Place> read_place(std::string_view entry) {
  const size_t end = entry.find('\0');
  if (end == entry.npos || end < node_prefix.size()) return std::nullopt;
  return Place{entry.substr(node_prefix.size(), end - node_prefix.size()), entry.substr(end + 1)};
}

std::optional<uint64_t> read_number(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  uint64_t number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<uint8_t>(byte);
  return number;
}

}  // namespace

Storage::Storage(const SharedContext& context, const Tenant& tenant, BareJid service)
    : tenant_(tenant.id),
      accounts_domain_(tenant.domain()),
      service_(std::move(service)),
      map_(context.map(tenant, "pubsub")),
      payloads_(context.map(tenant, "pubsub_items")),
      mentions_(mentions(context)) {}

Mentions Storage::mentions(const SharedContext& context) { return context.mentions("pubsub"); }

Mention Storage::make_mention(const BareJid& entity) const {
  return {tenant_, service_, entity.domainpart() == accounts_domain_};
}

Lsn Storage::store_node(const Node& node) const {
  if (const auto creator = BareJid::parse(node.creator)) mentions_.add(make_mention(*creator), *creator);
  return map_.store(service_.str(), std::string(node_prefix) + node.name, write_node(node));
}

Lsn Storage::remove_node(const Node& node) const {
  Lsn lsn = map_.remove(service_.str(), std::string(node_prefix) + node.name);
  for (const auto& [entity, affiliation] : node.affiliations) lsn = store_affiliation(node, entity, Affiliation::none);
  for (const auto& [subscriber, subscription] : node.subscriptions) lsn = remove_subscription(node, subscriber);
  for (const auto& [number, item] : node.items.all()) lsn = remove_item(node, number);
  return lsn;
}

Lsn Storage::store_affiliation(const Node& node, const BareJid& entity, Affiliation affiliation) const {
  const std::string entry = entity_entry(affiliation_prefix, node.name, entity);
  if (affiliation == Affiliation::none) return map_.remove(service_.str(), entry);
  mentions_.add(make_mention(entity), entity);
  return map_.store(service_.str(), entry, to_string(affiliation));
}

Lsn Storage::store_subscription(const Node& node, const Jid& subscriber, const Subscription& subscription) const {
  mentions_.add(make_mention(subscriber.bare()), subscriber.bare());
  return map_.store(service_.str(), entity_entry(subscription_prefix, node.name, subscriber),
                    write_subscription(subscription));
}

Lsn Storage::remove_subscription(const Node& node, const Jid& subscriber) const {
  return map_.remove(service_.str(), entity_entry(subscription_prefix, node.name, subscriber));
}

Lsn Storage::store_item(const Node& node, uint64_t number, const Item& item, std::string_view payload) const {
  payloads_.store(service_.str(), payload_entry(node.name, number), payload);
  return map_.store(service_.str(), item_entry(node.name, number), write_item(item));
}

Lsn Storage::remove_item(const Node& node, uint64_t number) const {
  map_.remove(service_.str(), item_entry(node.name, number));
  return payloads_.remove(service_.str(), payload_entry(node.name, number));
}

Lsn Storage::remove_mention(const BareJid& entity) const { return mentions_.remove(make_mention(entity), entity); }

Lsn Storage::remove_all() const {
  map_.remove_all(service_.str());
  return payloads_.remove_all(service_.str());
}

bool Storage::add_row(Nodes& nodes, const store::MapStore::Entry& row) const {
  const auto place = read_place(row.name);
  Node* node = place ? nodes.find(place->node) : nullptr;
  if (row.name.starts_with(item_prefix)) {
    const auto number = place ? read_number(place->rest) : std::nullopt;
    if (number) nodes.next_number = std::max(nodes.next_number, *number + 1);
    auto item = read_item(row.value);
    if (node && number && item) {
      nodes.add_item(*node, *number, std::move(*item));
    } else {
      map_.remove(service_.str(), row.name);
      payloads_.remove(service_.str(), row.name.substr(item_prefix.size()));
    }
    return true;
  }
  if (!node) {
    map_.remove(service_.str(), row.name);
    return true;
  }
  const auto address = Jid::parse(place->rest);
  if (row.name.starts_with(affiliation_prefix)) {
    const auto affiliation = find_affiliation(row.value);
    if (!address || !affiliation) return false;
    nodes.set_affiliation(*node, address->bare(), *affiliation);
  } else {
    const auto subscription = read_subscription(row.value);
    if (!address || !subscription) return false;
    nodes.set_subscription(*node, *address, *subscription);
  }
  return true;
}

Task<Result<Nodes>> Storage::load(Executor& home, NodeConfig defaults) const {
  const Storage self = *this;
  const auto rows = co_await self.map_.load(home, self.service_.str());
  if (!rows) co_return rows.error();
  Nodes nodes;
  for (const auto& row : *rows) {
    if (!row.name.starts_with(node_prefix)) continue;
    auto node = read_node(row.name.substr(node_prefix.size()), row.value, defaults);
    if (!node) co_return node.error();
    nodes.add(std::move(*node));
  }
  for (const auto& row : *rows) {
    if (row.name.starts_with(node_prefix) || self.add_row(nodes, row)) continue;
    co_return Error{ErrorKind::internal_server_error,
                    "A row of the service " + self.service_.str() + " can't be read."};
  }
  co_return nodes;
}

Task<Result<size_t>> Storage::count_nodes(Executor& home) const {
  const Storage self = *this;
  const auto rows = co_await self.map_.load(home, self.service_.str(), SIZE_MAX, std::string(1, node_prefix.front()));
  if (!rows) co_return rows.error();
  size_t count = 0;
  for (const auto& row : *rows) count += row.name.starts_with(node_prefix);
  co_return count;
}

Task<Result<std::optional<std::string>>> Storage::load_payload(Executor& home, std::string node,
                                                               uint64_t number) const {
  const Storage self = *this;
  auto payload = co_await self.payloads_.load_entry(home, self.service_.str(), payload_entry(node, number));
  co_return payload;
}

}  // namespace teahouse::pubsub
