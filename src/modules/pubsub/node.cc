#include "modules/pubsub/node.h"

#include <algorithm>
#include <boost/json.hpp>

#include "modules/pubsub/config_form.h"

namespace teahouse::pubsub {
namespace {

namespace json = boost::json;

constexpr std::string_view affiliation_names[] = {"outcast", "none", "member", "publish-only", "publisher", "owner"};

std::optional<json::object> read_object(std::string_view text) {
  json::error_code fault;
  json::value value = json::parse(json::string_view(text.data(), text.size()), fault);
  if (fault || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::string text_of(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

int64_t number_of(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_int64() ? value->as_int64() : 0;
}

}  // namespace

std::string_view to_string(Affiliation affiliation) { return affiliation_names[static_cast<size_t>(affiliation)]; }

std::optional<Affiliation> find_affiliation(std::string_view name) {
  const auto* found = std::find(std::begin(affiliation_names), std::end(affiliation_names), name);
  if (found == std::end(affiliation_names)) return std::nullopt;
  return static_cast<Affiliation>(found - std::begin(affiliation_names));
}

std::string_view to_string(const Subscription& subscription) {
  return subscription.is_pending ? "pending" : "subscribed";
}

void ItemList::add(uint64_t number, Item item) {
  if (const auto before = find(item.id)) remove(*before);
  bytes_ += item.bytes;
  by_id_.emplace(item.id, number);
  by_number_.emplace(number, std::move(item));
}

void ItemList::remove(uint64_t number) {
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return;
  bytes_ -= found->second.bytes;
  by_id_.erase(found->second.id);
  by_number_.erase(found);
}

std::optional<uint64_t> ItemList::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

Affiliation Node::affiliation_of(const BareJid& entity) const {
  const auto found = affiliations.find(entity);
  return found == affiliations.end() ? Affiliation::none : found->second;
}

// An address is followed, in the order of their bytes, by its resources.
std::vector<Jid> Node::subscribed_addresses(const BareJid& entity) const {
  std::vector<Jid> found;
  const auto first = subscriptions.lower_bound(Jid(entity));
  for (auto at = first; at != subscriptions.end() && at->first.str().starts_with(entity.str()); ++at) {
    if (at->first.bare_view() == entity.str()) found.push_back(at->first);
  }
  return found;
}

const Subscription* Node::find_subscription(const BareJid& entity) const {
  const Subscription* found = nullptr;
  for (const Jid& address : subscribed_addresses(entity)) {
    const Subscription& each = subscriptions.at(address);
    if (!found || !each.is_pending) found = &each;
  }
  return found;
}

Node* Nodes::find(std::string_view name) {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : &found->second;
}

void Nodes::count_mention(std::string_view entity, Counted counted) {
  if (entity.empty()) return;
  size_t& count = mentions[std::string(entity)];
  counted == Counted::in ? ++count : --count;
  if (count == 0) mentions.erase(std::string(entity));
}

void Nodes::count_all(const Node& node, Counted counted) {
  count_mention(node.creator, counted);
  for (const auto& [entity, affiliation] : node.affiliations) count_mention(entity.str(), counted);
  for (const auto& [subscriber, subscription] : node.subscriptions) count_mention(subscriber.bare_view(), counted);
  const size_t all = node.affiliations.size() + node.subscriptions.size() + node.items.size();
  counted == Counted::in ? entries += all : entries -= all;
}

Node& Nodes::add(Node node) {
  Share& share = shares[node.creator];
  ++share.nodes;
  share.bytes += node.items.bytes();
  count_all(node, Counted::in);
  std::string name = node.name;
  return by_name.emplace(std::move(name), std::move(node)).first->second;
}

void Nodes::remove(const Node& node) {
  Share& share = shares[node.creator];
  share.bytes -= node.items.bytes();
  if (--share.nodes == 0) shares.erase(node.creator);
  count_all(node, Counted::out);
  by_name.erase(by_name.find(node.name));
}

void Nodes::set_creator(Node& node, std::string creator) {
  Share& before = shares[node.creator];
  before.bytes -= node.items.bytes();
  if (--before.nodes == 0) shares.erase(node.creator);
  count_mention(node.creator, Counted::out);
  node.creator = std::move(creator);
  count_mention(node.creator, Counted::in);
  Share& now = shares[node.creator];
  ++now.nodes;
  now.bytes += node.items.bytes();
}

void Nodes::set_affiliation(Node& node, const BareJid& entity, Affiliation affiliation) {
  if (node.affiliations.erase(entity) > 0) {
    count_mention(entity.str(), Counted::out);
    --entries;
  }
  if (affiliation == Affiliation::none) return;
  node.affiliations.emplace(entity, affiliation);
  count_mention(entity.str(), Counted::in);
  ++entries;
}

void Nodes::set_subscription(Node& node, const Jid& subscriber, const Subscription& subscription) {
  if (!node.subscriptions.insert_or_assign(subscriber, subscription).second) return;
  count_mention(subscriber.bare_view(), Counted::in);
  ++entries;
}

void Nodes::remove_subscription(Node& node, const Jid& subscriber) {
  if (node.subscriptions.erase(subscriber) == 0) return;
  count_mention(subscriber.bare_view(), Counted::out);
  --entries;
}

void Nodes::add_item(Node& node, uint64_t number, Item item) {
  Share& share = shares[node.creator];
  share.bytes -= node.items.bytes();
  entries -= node.items.size();
  node.items.add(number, std::move(item));
  entries += node.items.size();
  share.bytes += node.items.bytes();
}

void Nodes::remove_item(Node& node, uint64_t number) {
  Share& share = shares[node.creator];
  share.bytes -= node.items.bytes();
  entries -= node.items.size();
  node.items.remove(number);
  entries += node.items.size();
  share.bytes += node.items.bytes();
}

std::string write_node(const Node& node) {
  return json::serialize(
      json::object{{"config", write_config(node.config)}, {"creator", node.creator}, {"created_ms", node.created_ms}});
}

Result<Node> read_node(std::string name, std::string_view text, const NodeConfig& defaults) {
  const auto object = read_object(text);
  if (!object) { return Error{ErrorKind::internal_server_error, "The row of the node '" + name + "' can't be read."}; }
  Node node;
  node.name = std::move(name);
  node.config = read_config(text_of(*object, "config"), defaults);
  node.creator = text_of(*object, "creator");
  node.created_ms = number_of(*object, "created_ms");
  return node;
}

std::string write_subscription(const Subscription& subscription) {
  return json::serialize(json::object{{"pending", subscription.is_pending}, {"deliver", subscription.deliver}});
}

std::optional<Subscription> read_subscription(std::string_view text) {
  const auto object = read_object(text);
  if (!object) return std::nullopt;
  const json::value *pending = object->if_contains("pending"), *deliver = object->if_contains("deliver");
  if (!pending || !deliver || !pending->is_bool() || !deliver->is_bool()) return std::nullopt;
  return Subscription{pending->as_bool(), deliver->as_bool()};
}

std::string write_item(const Item& item) {
  return json::serialize(
      json::object{{"id", item.id}, {"publisher", item.publisher}, {"bytes", item.bytes}, {"at_ms", item.at_ms}});
}

std::optional<Item> read_item(std::string_view text) {
  const auto object = read_object(text);
  if (!object) return std::nullopt;
  return Item{text_of(*object, "id"), text_of(*object, "publisher"), number_of(*object, "bytes"),
              number_of(*object, "at_ms")};
}

}  // namespace teahouse::pubsub
