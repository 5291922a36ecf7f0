// Node: what a service knows of one node without a look at the disk: its configuration, who may do what, who is
// subscribed, and which items there are, in the order in which they were published. Payloads are on disk alone.
//
// Spec: XEP-0060 sections 4.1 to 4.4.
// Thread: its service's home.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "modules/pubsub/config.h"
#include "xmpp/jid.h"

namespace teahouse::pubsub {

enum class Affiliation : uint8_t { outcast, none, member, publish_only, publisher, owner };
std::string_view to_string(Affiliation affiliation);
std::optional<Affiliation> find_affiliation(std::string_view name);

struct Subscription {
  bool is_pending = false;  // until an owner approves it
  bool deliver = true;      // pubsub#deliver
};
std::string_view to_string(const Subscription& subscription);

struct Item {
  std::string id;
  std::string publisher;  // bare JID; empty: the account whose node it is
  int64_t bytes = 0;      // of its payload
  int64_t at_ms = 0;      // when it was published (wall clock)
};

// ItemList: the items of a node by their number, which grows with each publication.
class ItemList {
 public:
  using Map = std::map<uint64_t, Item>;

  const Map& all() const { return by_number_; }
  size_t size() const { return by_number_.size(); }
  // One of this id goes first.
  void add(uint64_t number, Item item);
  void remove(uint64_t number);
  std::optional<uint64_t> find(std::string_view id) const;
  int64_t bytes() const { return bytes_; }

 private:
  Map by_number_;
  std::map<std::string, uint64_t, std::less<>> by_id_;
  int64_t bytes_ = 0;
};

struct Node {
  std::string name;
  NodeConfig config;
  std::string creator;  // bare JID of the account whose share of the plan's nodes it is
  int64_t created_ms = 0;
  std::map<BareJid, Affiliation> affiliations;  // other than none; the account whose node it is has none written
  std::map<Jid, Subscription> subscriptions;
  ItemList items;

  Affiliation affiliation_of(const BareJid& entity) const;
  // An entity's own, of any of its addresses: one that is approved, if there is one.
  const Subscription* find_subscription(const BareJid& entity) const;
  std::vector<Jid> subscribed_addresses(const BareJid& entity) const;
};

// Nodes: all nodes of one service, which counts what they have: their entities and items change by its functions alone.
struct Nodes {
  struct Share {
    int64_t nodes = 0, bytes = 0;
  };
  std::map<std::string, Node, std::less<>> by_name;
  std::map<std::string, Share> shares;               // by the creators of the nodes
  std::unordered_map<std::string, size_t> mentions;  // how often nodes name an entity
  size_t entries = 0;                                // items, affiliations and subscriptions
  uint64_t next_number = 1;                          // of an item

  Node* find(std::string_view name);
  bool names(const BareJid& entity) const { return mentions.contains(entity.str()); }
  bool has_room(size_t more) const { return entries + more <= service_entries_max; }

  Node& add(Node node);  // REQUIRES: there is none of its name
  void remove(const Node& node);
  void set_creator(Node& node, std::string creator);
  void set_affiliation(Node& node, const BareJid& entity, Affiliation affiliation);
  void set_subscription(Node& node, const Jid& subscriber, const Subscription& subscription);
  void remove_subscription(Node& node, const Jid& subscriber);
  void add_item(Node& node, uint64_t number, Item item);
  void remove_item(Node& node, uint64_t number);

 private:
  enum class Counted : uint8_t { in, out };
  void count_mention(std::string_view entity, Counted counted);
  void count_all(const Node& node, Counted counted);
};

// For the store: what of a node is neither item nor entity.
std::string write_node(const Node& node);
// Errors: internal_server_error for a row that cannot be read.
Result<Node> read_node(std::string name, std::string_view text, const NodeConfig& defaults);
std::string write_subscription(const Subscription& subscription);
std::optional<Subscription> read_subscription(std::string_view text);
std::string write_item(const Item& item);
std::optional<Item> read_item(std::string_view text);

}  // namespace teahouse::pubsub
