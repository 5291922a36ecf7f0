// NodeConfig: what a node's owner sets, as values; and the limits that no owner can pass.
//
// Spec: XEP-0060 sections 4.5, 16.4.4 (pubsub#node_config).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace teahouse::pubsub {

// Limits of a service, all in one place, but for those of the plan: pubsub_nodes, pubsub_items, pubsub_item_bytes and
// pubsub_bytes.
inline constexpr size_t node_bytes_max = 512;     // of a node's name
inline constexpr size_t item_id_bytes_max = 512;  // of an item's id
inline constexpr size_t text_bytes_max = 2000;    // of each text in a configuration
inline constexpr size_t groups_max = 100;         // roster groups that may read a node
inline constexpr size_t entities_max = 5000;      // affiliations of a node, and subscriptions
inline constexpr size_t addresses_max = 20;       // of one entity that are subscribed to a node
inline constexpr size_t items_per_publish_max = 100;
inline constexpr size_t answer_bytes = 128 * 1024;  // an answer with items ends with the one by which it has so many
inline constexpr size_t service_nodes_max = 10'000;
inline constexpr size_t service_entries_max = 200'000;  // items, affiliations and subscriptions of all nodes

enum class AccessModel : uint8_t { open, presence, roster, authorize, whitelist };
enum class PublishModel : uint8_t { publishers, subscribers, open };
enum class SendLast : uint8_t { never, on_sub, on_sub_and_presence };
enum class NotificationType : uint8_t { headline, normal };

inline constexpr int64_t items_unbounded = -1;  // "max": as many as the plan allows

struct NodeConfig {
  std::string title, description, type, language;
  AccessModel access = AccessModel::open;
  PublishModel publish = PublishModel::publishers;
  SendLast send_last = SendLast::on_sub_and_presence;
  NotificationType notification = NotificationType::headline;
  int64_t max_items = 1;
  bool persist_items = true;
  bool deliver_notifications = true;
  bool deliver_payloads = true;
  bool notify_config = false, notify_delete = true, notify_retract = true;
  bool subscribe = true;  // whether entities may subscribe
  bool show_publisher = false;
  std::vector<std::string> groups;  // that may read a node of the model `roster`

  bool keeps_items() const { return persist_items && max_items != 0; }
  bool operator==(const NodeConfig&) const = default;
};

}  // namespace teahouse::pubsub
