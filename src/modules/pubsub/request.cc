#include "modules/pubsub/request.h"

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::pubsub {
namespace {

struct Handler {
  const char* ns;
  StanzaType type;
  const char* name;
  void (*handle)(const Request&);
  bool is_for_rooms = false;  // occupants may ask it through their room
};
constexpr Handler handlers[] = {
    {ns::pubsub, StanzaType::set, "publish", publish},
    {ns::pubsub, StanzaType::set, "retract", retract},
    {ns::pubsub, StanzaType::set, "create", create_node},
    {ns::pubsub, StanzaType::set, "subscribe", subscribe},
    {ns::pubsub, StanzaType::set, "unsubscribe", unsubscribe},
    {ns::pubsub, StanzaType::set, "options", set_options},
    {ns::pubsub, StanzaType::get, "items", answer_items, true},
    {ns::pubsub, StanzaType::get, "options", answer_options},
    {ns::pubsub, StanzaType::get, "default", answer_default_options, true},
    {ns::pubsub, StanzaType::get, "subscriptions", answer_subscriptions},
    {ns::pubsub, StanzaType::get, "affiliations", answer_affiliations},
    {ns::pubsub_owner, StanzaType::get, "configure", answer_config},
    {ns::pubsub_owner, StanzaType::set, "configure", set_config},
    {ns::pubsub_owner, StanzaType::get, "default", answer_default_config},
    {ns::pubsub_owner, StanzaType::set, "delete", delete_node},
    {ns::pubsub_owner, StanzaType::set, "purge", purge_node},
    {ns::pubsub_owner, StanzaType::get, "affiliations", answer_node_affiliations},
    {ns::pubsub_owner, StanzaType::set, "affiliations", set_node_affiliations},
    {ns::pubsub_owner, StanzaType::get, "subscriptions", answer_node_subscriptions},
    {ns::pubsub_owner, StanzaType::set, "subscriptions", set_node_subscriptions},
};

std::string write_condition(const Fault& fault) {
  std::string extra;
  if (fault.condition.empty()) return extra;
  xml::Writer writer(extra);
  writer.open(fault.condition, ns::pubsub_errors);
  if (!fault.feature.empty()) writer.attribute("feature", fault.feature);
  writer.close();
  return extra;
}

// A room has one address for all its occupants, so that each would have what is kept for another.
Fault make_room_fault() {
  return {
      {ErrorKind::not_allowed, "Do this by your own address: through a room nobody is told apart from the others."}};
}

}  // namespace

void refuse(const ModuleContext& context, const Stanza& stanza, const TicketPtr& ticket, const Fault& fault) {
  if (ticket) ticket->refuse(fault.error);
  context.route(make_error(stanza, fault.error, write_condition(fault)));
}

Fault make_stranger_fault(const Stanza& stanza) {
  const auto pubsub = stanza.first_child();
  const auto action = pubsub ? pubsub->first_child() : std::nullopt;
  const bool reads = pubsub && pubsub->ns() == ns::pubsub &&
                     (stanza.type == StanzaType::get || (action && action->name() == "subscribe"));
  if (!reads) return {{ErrorKind::forbidden, "You may not do this here."}};
  return {{ErrorKind::not_authorized, "Only those who see its owner's presence have this node."},
          "presence-subscription-required"};
}

void handle_request(const Service& service, const Stanza& stanza, const xml::Element& pubsub, const TicketPtr& ticket) {
  const BareJid asker = stanza.from->bare();
  const bool is_stranger =
      service.front().has_presence() && !service.is_account(asker) && !service.front().sees_presence(asker);
  const bool is_of_room = service.context().kind_of(asker.domainpart()) == HostKind::rooms;
  for (auto child = pubsub.first_child(); child; child = child->next_sibling()) {
    for (const Handler& each : handlers) {
      if (stanza.type != each.type || pubsub.ns() != each.ns || !child->is(each.name, each.ns)) continue;
      if (is_stranger && !service.nodes().find(child->attribute("node").value_or(""))) break;
      if (is_of_room && !each.is_for_rooms) return refuse(service.context(), stanza, ticket, make_room_fault());
      return each.handle({service, stanza, pubsub, *child, ticket, asker});
    }
  }
  refuse(service.context(), stanza, ticket,
         is_stranger ? make_stranger_fault(stanza)
                     : Fault{{ErrorKind::feature_not_implemented, "This is not done here."}});
}

Node* Request::find_node(Action wanted) const {
  const std::string_view name = node_name();
  if (name.empty()) {
    fail(ErrorKind::bad_request, "Say which node: the attribute 'node'.", "nodeid-required");
    return nullptr;
  }
  Node* node = service.nodes().find(name);
  if (!node) {
    fail(ErrorKind::item_not_found, "There is no such node here.");
    return nullptr;
  }
  if (const auto fault = service.judge(*node, asker, wanted)) {
    fail(*fault);
    return nullptr;
  }
  return node;
}

void Request::reply(std::string payload) const { service.context().reply(stanza, std::move(payload)); }

void Request::fail(const Fault& fault) const { refuse(service.context(), stanza, ticket, fault); }

void Request::finish(Lsn lsn, std::string payload, std::vector<Stanza> events) const {
  await(ticket, lsn);
  service.front().changed(node_name());
  service.finish(Stanza::make_reply(stanza, StanzaType::result, std::move(payload)), lsn, std::move(events));
}

bool Request::may_write(bool adds) const {
  const auto& disk = service.context().disk();
  const auto may = adds ? disk.check_addition() : disk.check_removal();
  if (!may) fail({may.error()});
  return may.has_value();
}

}  // namespace teahouse::pubsub
