// The entities of a node, for its owners: who may do what with it, and its subscribers.
#include <algorithm>
#include <set>

#include "modules/pubsub/notify.h"
#include "modules/pubsub/request.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::pubsub {
namespace {

using AffiliationChanges = std::map<BareJid, Affiliation>;

// None: the request is answered.
std::optional<AffiliationChanges> read_affiliations(const Request& request) {
  AffiliationChanges changes;
  for (auto child = request.action.first_child(); child; child = child->next_sibling()) {
    if (!child->is("affiliation", ns::pubsub_owner) || !child->attribute("affiliation")) continue;
    auto jid = Jid::parse(child->attribute("jid").value_or(""));
    const auto affiliation = find_affiliation(*child->attribute("affiliation"));
    if (jid) request.service.context().lead_to_account(*jid);
    if (!jid || !affiliation || !changes.emplace(jid->bare(), *affiliation).second) {
      request.fail(ErrorKind::bad_request, "Name each address once, with an affiliation of the protocol.");
      return std::nullopt;
    }
  }
  return changes;
}

// How many are to be made that are not there.
template <class Changes, class Known>
size_t count_new(const Changes& changes, typename Changes::mapped_type nothing, const Known& known) {
  return static_cast<size_t>(std::count_if(changes.begin(), changes.end(), [&](const auto& each) {
    return each.second != nothing && !known.contains(each.first);
  }));
}

bool keeps_an_owner(const Service& service, const Node& node, const AffiliationChanges& changes) {
  if (service.front().has_presence()) return !changes.contains(service.address());
  auto after = node.affiliations;
  for (const auto& [entity, affiliation] : changes) after[entity] = affiliation;
  return std::any_of(after.begin(), after.end(), [](const auto& each) { return each.second == Affiliation::owner; });
}

using SubscriptionChanges = std::map<Jid, bool>;  // true: subscribed

// Addresses of other tenants ask for themselves: an owner must not have them flooded. None: the request is answered.
std::optional<SubscriptionChanges> read_subscriptions(const Request& request, const Node& node) {
  SubscriptionChanges changes;
  for (auto child = request.action.first_child(); child; child = child->next_sibling()) {
    if (!child->is("subscription", ns::pubsub_owner)) continue;
    const auto jid = Jid::parse(child->attribute("jid").value_or(""));
    const std::string_view state = child->attribute("subscription").value_or("");
    if (!jid || (state != "subscribed" && state != "none")) {
      request.fail(ErrorKind::bad_request, "Name addresses, each as 'subscribed' or 'none'.");
      return std::nullopt;
    }
    const bool has_asked = node.subscriptions.contains(*jid);
    const bool is_own = jid->domainpart() == request.service.tenant().domain() && jid->has_localpart();
    if (state == "subscribed" && !has_asked && !is_own) {
      request.fail(ErrorKind::not_allowed, jid->str() + " is of another server, and has to subscribe by itself.");
      return std::nullopt;
    }
    changes.insert_or_assign(*jid, state == "subscribed");
  }
  return changes;
}

// Whether an entity would have more addresses subscribed than it could subscribe itself.
bool exceeds_addresses(const Node& node, const SubscriptionChanges& changes) {
  std::map<BareJid, size_t> added;
  for (const auto& [jid, is_subscribed] : changes) {
    if (is_subscribed && !node.subscriptions.contains(jid)) ++added[jid.bare()];
  }
  return std::any_of(added.begin(), added.end(), [&](const auto& each) {
    return node.subscribed_addresses(each.first).size() + each.second > addresses_max;
  });
}

}  // namespace

void answer_node_affiliations(const Request& request) {
  const Node* node = request.find_node(Action::own);
  if (!node) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub_owner).open("affiliations").attribute("node", node->name);
  const auto write = [&](const BareJid& entity, Affiliation affiliation) {
    writer.open("affiliation").attribute("jid", entity.str()).attribute("affiliation", to_string(affiliation)).close();
  };
  if (request.service.front().has_presence()) write(request.service.address(), Affiliation::owner);
  for (const auto& [entity, affiliation] : node->affiliations) write(entity, affiliation);
  writer.close().close();
  request.reply(std::move(payload));
}

void set_node_affiliations(const Request& request) {
  Node* node = request.find_node(Action::own);
  if (!node) return;
  const Service& service = request.service;
  const auto changes = read_affiliations(request);
  if (!changes) return;
  if (!keeps_an_owner(service, *node, *changes)) {
    return request.fail(ErrorKind::not_acceptable, "The node would have no owner.");
  }
  const size_t added = count_new(*changes, Affiliation::none, node->affiliations);
  if (added > 0 && (node->affiliations.size() + added > entities_max || !service.nodes().has_room(added))) {
    return request.fail(ErrorKind::resource_constraint, "A node knows at most 5000 addresses.");
  }
  if (!request.may_write(true)) return;
  Lsn lsn = Lsn::none;
  for (const auto& [entity, affiliation] : *changes) {
    lsn = std::max(lsn, service.set_affiliation(*node, entity, affiliation));
    if (affiliation != Affiliation::outcast) continue;
    for (const Jid& address : node->subscribed_addresses(entity)) {
      lsn = std::max(lsn, service.remove_subscription(*node, address));
    }
  }
  request.finish(lsn);
}

void answer_node_subscriptions(const Request& request) {
  const Node* node = request.find_node(Action::own);
  if (!node) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub_owner).open("subscriptions").attribute("node", node->name);
  for (const auto& [jid, subscription] : node->subscriptions) {
    writer.open("subscription").attribute("jid", jid.str()).attribute("subscription", to_string(subscription)).close();
  }
  writer.close().close();
  request.reply(std::move(payload));
}

// Section 8.8.2: an owner approves, ends and makes subscriptions; their entities hear of it.
void set_node_subscriptions(const Request& request) {
  Node* node = request.find_node(Action::own);
  if (!node) return;
  const Service& service = request.service;
  const auto wanted = read_subscriptions(request, *node);
  if (!wanted) return;
  const size_t added = count_new(*wanted, false, node->subscriptions);
  if (added > 0 && (node->subscriptions.size() + added > entities_max || !service.nodes().has_room(added))) {
    return request.fail(ErrorKind::policy_violation, "The node has as many subscriptions as it may.",
                        "too-many-subscriptions");
  }
  if (exceeds_addresses(*node, *wanted)) {
    return request.fail(ErrorKind::policy_violation, "At most 20 addresses of one user can be subscribed to a node.",
                        "too-many-subscriptions");
  }
  if (!request.may_write(true)) return;
  Lsn lsn = Lsn::none;
  std::vector<Stanza> events;
  std::vector<Jid> approved;
  for (const auto& [jid, is_subscribed] : *wanted) {
    const auto before = node->subscriptions.find(jid);
    const bool is_there = before != node->subscriptions.end();
    if (is_subscribed ? is_there && !before->second.is_pending : !is_there) continue;
    if (is_subscribed) {
      const bool delivers = !is_there || before->second.deliver;
      lsn = std::max(lsn, service.set_subscription(*node, jid, {false, delivers}));
      approved.push_back(jid);
    } else {
      lsn = std::max(lsn, service.remove_subscription(*node, jid));
    }
    events.push_back(make_notification(service, NotificationType::normal,
                                       make_subscription_event(*node, jid, is_subscribed ? "subscribed" : "none"),
                                       jid));
  }
  request.finish(lsn, {}, std::move(events));
  for (const Jid& jid : approved) {
    if (!service.judge(*node, jid.bare(), Action::retrieve)) tell_last(service, *node, jid);
  }
}

}  // namespace teahouse::pubsub
