#include "modules/pubsub/notify.h"

#include <optional>
#include <set>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "xmpp/delay.h"
#include "xmpp/namespaces.h"

namespace teahouse::pubsub {
namespace {

// Those of the subscriptions that still may read; the others are cancelled (XEP-0163 section 6.3).
std::vector<Jid> find_subscribers(const Service& service, Node& node) {
  std::vector<Jid> found, lapsed;
  std::optional<std::pair<BareJid, bool>> last;  // addresses of one entity stand together: it is judged once
  for (const auto& [jid, subscription] : node.subscriptions) {
    if (subscription.is_pending) continue;
    if (!last || last->first != jid.bare()) {
      last.emplace(jid.bare(), service.judge(node, jid.bare(), Action::retrieve).has_value());
    }
    if (last->second) {
      lapsed.push_back(jid);
    } else if (subscription.deliver) {
      found.push_back(jid);
    }
  }
  for (const Jid& jid : lapsed) service.remove_subscription(node, jid);
  return found;
}

std::vector<Jid> find_recipients(const Service& service, Node& node) {
  std::vector<Jid> recipients;
  std::set<std::string, std::less<>> followed;  // bare addresses whose resources have said what they want
  for (const Jid& follower : service.front().followers(node.name)) {
    if (service.judge(node, follower.bare(), Action::retrieve)) continue;
    followed.emplace(follower.bare_view());
    recipients.push_back(follower);
  }
  const std::set<Jid> following(recipients.begin(), recipients.end());
  for (Jid& subscriber : find_subscribers(service, node)) {
    const bool is_there =
        following.contains(subscriber) || (subscriber.is_bare() && followed.contains(subscriber.str()));
    if (!is_there) recipients.push_back(std::move(subscriber));
  }
  return recipients;
}

}  // namespace

std::string make_items_event(const Node& node, const std::vector<PublishedItem>& items, bool payloads) {
  std::string event;
  xml::Writer writer(event);
  writer.open("event", ns::pubsub_event).open("items").attribute("node", node.name);
  for (const PublishedItem& each : items) {
    writer.open("item").attribute("id", each.item.id);
    if (node.config.show_publisher && !each.item.publisher.empty()) {
      writer.attribute("publisher", each.item.publisher);
    }
    if (payloads) writer.raw(each.payload);
    writer.close();
  }
  writer.close().close();
  return event;
}

std::string make_retract_event(std::string_view node, const std::vector<std::string>& ids) {
  std::string event;
  xml::Writer writer(event);
  writer.open("event", ns::pubsub_event).open("items").attribute("node", node);
  for (const std::string& id : ids) writer.open("retract").attribute("id", id).close();
  writer.close().close();
  return event;
}

std::string make_node_event(std::string_view name, std::string_view node, std::string_view inner) {
  std::string event;
  xml::Writer writer(event);
  writer.open("event", ns::pubsub_event).open(name).attribute("node", node).raw(inner).close().close();
  return event;
}

std::string make_subscription_event(const Node& node, const Jid& subscriber, std::string_view state) {
  std::string event;
  xml::Writer writer(event);
  writer.open("event", ns::pubsub_event).open("subscription").attribute("node", node.name);
  writer.attribute("jid", subscriber.str()).attribute("subscription", state).close().close();
  return event;
}

Stanza make_notification(const Service& service, NotificationType type, std::string event, const Jid& to) {
  Stanza message =
      Stanza::make(StanzaKind::message, type == NotificationType::headline ? StanzaType::headline : StanzaType::none,
                   std::move(event));
  message.from = service.address();
  message.to = to;
  message.id = random_token(12);
  return message;
}

std::vector<Stanza> make_notifications(const Service& service, Node& node, std::string event) {
  std::vector<Stanza> notifications;
  if (!node.config.deliver_notifications) return notifications;
  const std::vector<Jid> recipients = find_recipients(service, node);
  if (recipients.empty()) return notifications;
  const Stanza shared = make_notification(service, node.config.notification, std::move(event), recipients.front());
  for (const Jid& to : recipients) {
    notifications.push_back(shared);
    notifications.back().to = to;
  }
  return notifications;
}

std::optional<LastItem> find_last(const Node& node) {
  const auto& items = node.items.all();
  if (items.empty()) return std::nullopt;
  return LastItem{node.name, node.config, items.rbegin()->first, items.rbegin()->second};
}

void tell_last(const Service& service, const Node& node, const Jid& subscriber) {
  const auto last = find_last(node);
  if (!last || node.config.send_last == SendLast::never) return;
  spawn(
      send_last(service.context(), service.storage(), service.address(), subscriber, {*last}, service.front().send()));
}

Task<void> send_last(ModuleContext& context, Storage storage, BareJid from, Jid to, std::vector<LastItem> items,
                     Send send) {
  for (LastItem& last : items) {
    auto payload = co_await storage.load_payload(context.loop(), last.node, last.number);
    const auto on_disk = co_await context.wait(context.loop(), context.appended());
    if (!payload || !on_disk) {
      log::error("pubsub", "the last item of a node could not be read");
      co_return;
    }
    if (!*payload) continue;  // it was removed meanwhile
    Node node;
    node.name = last.node;
    node.config = last.config;
    const int64_t at_ms = last.item.at_ms;
    std::vector<PublishedItem> published;
    published.push_back({std::move(last.item), std::move(**payload)});
    Stanza message =
        Stanza::make(StanzaKind::message,
                     node.config.notification == NotificationType::headline ? StanzaType::headline : StanzaType::none,
                     make_items_event(node, published, node.config.deliver_payloads));
    message.from = from;
    message.to = to;
    message.id = random_token(12);
    message.stamp(make_delay(from.str(), at_ms));
    send(std::move(message));
  }
}

}  // namespace teahouse::pubsub
