// Subscriptions: made, ended, approved, and what their owners say of them. An address is subscribed to a node once, so
// that no subscription has an id.
#include <algorithm>

#include "base/random.h"
#include "modules/pubsub/notify.h"
#include "modules/pubsub/request.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::pubsub {
namespace {

constexpr char options_form[] = "http://jabber.org/protocol/pubsub#subscribe_options";
constexpr char approval_form[] = "http://jabber.org/protocol/pubsub#subscribe_authorization";

void write_subscription(xml::Writer& writer, std::string_view node, const Jid& jid, const Subscription& subscription) {
  writer.open("subscription").attribute("node", node).attribute("jid", jid.str());
  writer.attribute("subscription", to_string(subscription)).close();
}

// The `jid` of the request. None: the request is answered.
std::optional<Jid> read_subscriber(const Request& request) {
  const auto text = request.action.attribute("jid");
  if (!text) {
    request.fail(ErrorKind::bad_request, "Say which address: the attribute 'jid'.", "jid-required");
    return std::nullopt;
  }
  const auto jid = Jid::parse(*text);
  if (jid) return *jid;
  request.fail(ErrorKind::bad_request, jid.error().text, "invalid-jid");
  return std::nullopt;
}

// A subscription that is there, of the asker's own address. Null: the request is answered.
struct Found {
  Node* node;
  Jid jid;
};
std::optional<Found> find_own(const Request& request) {
  Node* node = request.find_node(Action::subscribe);
  if (!node) return std::nullopt;
  const auto jid = read_subscriber(request);
  if (!jid) return std::nullopt;
  if (jid->bare() != request.asker) {
    request.fail(ErrorKind::forbidden, "This is another's subscription.");
  } else if (!node->subscriptions.contains(*jid)) {
    request.fail(ErrorKind::unexpected_request, "This address is not subscribed.", "not-subscribed");
  } else if (request.action.attribute("subid")) {
    request.fail(ErrorKind::not_acceptable, "No subscription of this node has an id.", "invalid-subid");
  } else {
    return Found{node, *jid};
  }
  return std::nullopt;
}

DataForm make_options_form(DataForm::Type type, const Subscription& subscription) {
  DataForm form(type, options_form);
  form.add("pubsub#deliver", "boolean", "Notify me", subscription.deliver);
  return form;
}

Result<Subscription> parse_options_form(const xml::Element& options, Subscription subscription) {
  const auto x = options.child("x", ns::data_forms);
  const auto form = x ? DataForm::read(*x) : Error{ErrorKind::bad_request, "The options are a form."};
  if (!form) return form.error();
  if (form->type() != DataForm::Type::submit || form->form_type() != options_form) {
    return Error{ErrorKind::bad_request, "This is no submitted form of subscription options."};
  }
  for (const FormField& field : form->fields()) {
    if (field.var == "FORM_TYPE") continue;
    if (field.var != "pubsub#deliver" || !field.boolean()) {
      return Error{ErrorKind::bad_request,
                   "The option '" + field.var + "' is not known, or has a value that cannot be."};
    }
    subscription.deliver = *field.boolean();
  }
  return subscription;
}

// Whether one more address of the entity may be subscribed.
bool has_place(const Service& service, const Node& node, const BareJid& entity) {
  return service.nodes().has_room(1) && node.subscriptions.size() < entities_max &&
         node.subscribed_addresses(entity).size() < addresses_max;
}

// To each owner, so that one of them approves.
std::vector<Stanza> make_approval_forms(const Service& service, const Node& node, const Jid& subscriber) {
  DataForm form(DataForm::Type::form, approval_form);
  form.title = "PubSub subscriber request";
  form.add("pubsub#node", "text-single", "Node ID", node.name);
  form.add("pubsub#subscriber_jid", "jid-single", "Subscriber Address", subscriber.str());
  form.add("pubsub#allow", "boolean", "Allow this JID to subscribe to this pubsub node?", false);
  std::string payload;
  xml::Writer writer(payload);
  form.write(writer);
  std::vector<Stanza> forms;
  for (const BareJid& owner : service.owners_of(node)) {
    forms.push_back(make_notification(service, NotificationType::normal, payload, owner));
  }
  return forms;
}

}  // namespace

void subscribe(const Request& request) {
  Node* node = request.find_node(Action::subscribe);
  if (!node) return;
  const Service& service = request.service;
  const auto jid = read_subscriber(request);
  if (!jid) return;
  if (jid->bare() != request.asker) {
    return request.fail(ErrorKind::bad_request, "Subscribe an address of your own.", "invalid-jid");
  }
  const Standing standing = service.standing_of(*node, request.asker);
  if (!node->config.subscribe && standing.affiliation != Affiliation::owner) {
    return request.fail(
        {{ErrorKind::feature_not_implemented, "Nobody subscribes to this node."}, "unsupported", "subscribe"});
  }
  const auto known = node->subscriptions.find(*jid);
  if (known != node->subscriptions.end() && known->second.is_pending) {
    return request.fail(ErrorKind::not_authorized, "Your subscription waits for approval.", "pending-subscription");
  }
  if (known == node->subscriptions.end() && !has_place(service, *node, request.asker)) {
    return request.fail(ErrorKind::policy_violation, "There are as many subscriptions as there may be.",
                        "too-many-subscriptions");
  }
  Subscription subscription = known == node->subscriptions.end() ? Subscription{} : known->second;
  const auto options = request.pubsub.child("options", ns::pubsub);
  if (options) {
    const auto read = parse_options_form(*options, subscription);
    if (!read) return request.fail({read.error(), "invalid-options"});
    subscription = *read;
  }
  if (!request.may_write(true)) return;
  subscription.is_pending = node->config.access == AccessModel::authorize && !standing.is_subscribed &&
                            standing.affiliation < Affiliation::member;
  const Lsn lsn = service.set_subscription(*node, *jid, subscription);
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub);
  write_subscription(writer, node->name, *jid, subscription);
  if (options) {
    writer.open("options");
    make_options_form(DataForm::Type::result, subscription).write(writer);
    writer.close();
  }
  writer.close();
  std::vector<Stanza> events;
  if (subscription.is_pending) events = make_approval_forms(service, *node, *jid);
  request.finish(lsn, std::move(payload), std::move(events));
  if (!subscription.is_pending) tell_last(service, *node, *jid);
}

void unsubscribe(const Request& request) {
  const auto found = find_own(request);
  if (!found || !request.may_write(false)) return;
  request.finish(request.service.remove_subscription(*found->node, found->jid));
}

void answer_options(const Request& request) {
  const auto found = find_own(request);
  if (!found) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub).open("options").attribute("node", found->node->name);
  writer.attribute("jid", found->jid.str());
  make_options_form(DataForm::Type::form, found->node->subscriptions.at(found->jid)).write(writer);
  writer.close().close();
  request.reply(std::move(payload));
}

void set_options(const Request& request) {
  const auto found = find_own(request);
  if (!found) return;
  const auto changed = parse_options_form(request.action, found->node->subscriptions.at(found->jid));
  if (!changed) return request.fail({changed.error(), "invalid-options"});
  if (!request.may_write(true)) return;
  request.finish(request.service.set_subscription(*found->node, found->jid, *changed));
}

void answer_default_options(const Request& request) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub).open("default");
  if (!request.node_name().empty()) writer.attribute("node", request.node_name());
  make_options_form(DataForm::Type::form, {}).write(writer);
  writer.close().close();
  request.reply(std::move(payload));
}

// Sections 5.6 and 5.7: what is the asker's own, in one node or in all.
void answer_subscriptions(const Request& request) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub).open("subscriptions");
  if (!request.node_name().empty()) writer.attribute("node", request.node_name());
  for (const auto& [name, node] : request.service.nodes().by_name) {
    if (!request.node_name().empty() && request.node_name() != name) continue;
    for (const auto& [jid, subscription] : node.subscriptions) {
      if (jid.bare_view() == request.asker.str()) write_subscription(writer, name, jid, subscription);
    }
  }
  writer.close().close();
  request.reply(std::move(payload));
}

void answer_affiliations(const Request& request) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub).open("affiliations");
  if (!request.node_name().empty()) writer.attribute("node", request.node_name());
  for (const auto& [name, node] : request.service.nodes().by_name) {
    const Affiliation affiliation = request.service.affiliation_of(node, request.asker);
    if (affiliation == Affiliation::none || (!request.node_name().empty() && request.node_name() != name)) continue;
    writer.open("affiliation").attribute("node", name).attribute("affiliation", to_string(affiliation)).close();
  }
  writer.close().close();
  request.reply(std::move(payload));
}

bool handle_approval(const Service& service, const Stanza& message) {
  const auto x = message.child("x", ns::data_forms);
  const auto form = x ? DataForm::read(*x) : Error{ErrorKind::bad_request, {}};
  if (!form || form->type() != DataForm::Type::submit || form->form_type() != approval_form) return false;
  const FormField *name = form->find("pubsub#node"), *who = form->find("pubsub#subscriber_jid"),
                  *allow = form->find("pubsub#allow");
  const auto jid = Jid::parse(who ? who->value() : "");
  const auto is_allowed = allow ? allow->boolean() : std::nullopt;
  Node* node = service.nodes().find(name ? name->value() : "");
  if (!node || !jid || !is_allowed || service.judge(*node, message.from->bare(), Action::own)) return true;
  const auto found = node->subscriptions.find(*jid);
  if (found == node->subscriptions.end() || !found->second.is_pending) return true;
  Subscription approved = found->second;
  approved.is_pending = false;
  const Lsn lsn =
      *is_allowed ? service.set_subscription(*node, *jid, approved) : service.remove_subscription(*node, *jid);
  service.context().when_committed(
      lsn, [send = service.front().send(),
            told = make_notification(service, NotificationType::normal,
                                     make_subscription_event(*node, *jid, *is_allowed ? "subscribed" : "none"), *jid)] {
        send(told);
      });
  if (*is_allowed) tell_last(service, *node, *jid);
  return true;
}

}  // namespace teahouse::pubsub
