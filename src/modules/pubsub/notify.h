// Notifications: the events of XEP-0060 section 4.3, and to whom each goes.
//
// An event goes to those that subscribed, and to the resources of an account and of its contacts that want it by their
// capabilities; to each address once, and to none whom the access model keeps out by now.
//
// Thread: the service's home.
// Spec: XEP-0060 sections 7.1.2, 7.2.2, 8.4.2, 8.5.2, 9; XEP-0163 section 4.3.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/pubsub/service.h"
#include "xml/writer.h"

namespace teahouse::pubsub {

struct PublishedItem {
  Item item;
  std::string payload;
};

// The payload of a message; `payloads`: whether it holds them.
std::string make_items_event(const Node& node, const std::vector<PublishedItem>& items, bool payloads);
std::string make_retract_event(std::string_view node, const std::vector<std::string>& ids);
// <purge/>, <delete/> or <configuration/>; `inner` is XML.
std::string make_node_event(std::string_view name, std::string_view node, std::string_view inner = {});
std::string make_subscription_event(const Node& node, const Jid& subscriber, std::string_view state);

// The event, addressed to each of those that get it. Subscriptions that the access model lets no more go.
std::vector<Stanza> make_notifications(const Service& service, Node& node, std::string event);
Stanza make_notification(const Service& service, NotificationType type, std::string event, const Jid& to);

// The last items of some nodes, for one address; sent when they are read and on disk.
struct LastItem {
  std::string node;
  NodeConfig config;
  uint64_t number;
  Item item;
};
// None: the node keeps none.
std::optional<LastItem> find_last(const Node& node);
Task<void> send_last(ModuleContext& context, Storage storage, BareJid from, Jid to, std::vector<LastItem> items,
                     Send send);
// To one whose subscription holds from now on (XEP-0060 section 6.1.7), where the node sends it then.
void tell_last(const Service& service, const Node& node, const Jid& subscriber);

}  // namespace teahouse::pubsub
