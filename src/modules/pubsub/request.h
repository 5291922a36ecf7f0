// Request: an iq for a service, on its way to the handler that answers it; and the handlers, of which one table knows
// which takes what (request.cc).
//
// Thread: the service's home.
// Spec: XEP-0060 sections 5 to 8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/pubsub/service.h"
#include "xmpp/rsm.h"

namespace teahouse::pubsub {

struct Request {
  const Service& service;
  const Stanza& stanza;
  const xml::Element& pubsub;  // <pubsub/>
  const xml::Element action;   // the element in it that says what is to be done
  const TicketPtr& ticket;
  const BareJid asker;

  std::string_view node_name() const { return action.attribute("node").value_or(""); }
  // The node that `action` names, if the asker may do this with it; else null, and the request is answered.
  Node* find_node(Action wanted) const;

  void reply(std::string payload) const;
  void fail(const Fault& fault) const;
  void fail(ErrorKind kind, std::string text, std::string_view condition = {}) const {
    fail({{kind, std::move(text)}, condition});
  }
  // The result and the notifications, when `lsn` is on disk.
  void finish(Lsn lsn, std::string payload = {}, std::vector<Stanza> events = {}) const;
  // False: the disk takes nothing, and the request is answered.
  bool may_write(bool adds) const;
};

// Answers an iq whose payload is a <pubsub/> of either namespace.
void handle_request(const Service& service, const Stanza& stanza, const xml::Element& pubsub, const TicketPtr& ticket);
// The error that a fault is.
void refuse(const ModuleContext& context, const Stanza& stanza, const TicketPtr& ticket, const Fault& fault);
// Of those who do not see an account's presence, where it has no such node, and where there is no such account.
Fault make_stranger_fault(const Stanza& stanza);

// --- publish.cc
void publish(const Request& request);
void retract(const Request& request);
// --- items.cc
void answer_items(const Request& request);
// --- subscribe.cc
void subscribe(const Request& request);
void unsubscribe(const Request& request);
void answer_options(const Request& request);
void set_options(const Request& request);
void answer_default_options(const Request& request);
void answer_subscriptions(const Request& request);
void answer_affiliations(const Request& request);
// An owner's answer to the form that asks to approve a subscription; false: the message is none.
bool handle_approval(const Service& service, const Stanza& message);
// --- owner.cc
void create_node(const Request& request);
void answer_config(const Request& request);
void set_config(const Request& request);
void answer_default_config(const Request& request);
void delete_node(const Request& request);
void purge_node(const Request& request);
// --- entities.cc: who may do what with a node, and its subscribers, for its owners.
void answer_node_affiliations(const Request& request);
void set_node_affiliations(const Request& request);
void answer_node_subscriptions(const Request& request);
void set_node_subscriptions(const Request& request);

// --- disco.cc
// The disco#info payload of a node; none: the asker may not see it.
std::optional<std::string> make_node_info(const Service& service, std::string_view node, const BareJid& asker);
// The <item/>s of disco#items: the nodes that the asker may read, or the items of one.
void write_nodes(const Service& service, const BareJid& asker, xml::Writer& writer);
// The payload of disco#items of a host: a page of those nodes, by their names.
std::string make_service_items(const Service& service, const BareJid& asker, const RsmRequest& rsm, bool asks_for_page);
std::optional<std::string> make_node_items(const Service& service, std::string_view node, const BareJid& asker);

}  // namespace teahouse::pubsub
