#include "tests/simulator/contact_client.h"

#include "tests/simulator/attribute.h"
#include "tests/simulator/device.h"
#include "xmpp/namespaces.h"

namespace teahouse::simulator {
void ContactClient::act(const std::string& contact) {
  if (contact == device_.account()) return;
  const bool is_asked = contacts_.requests.contains(contact);
  const char* type = "subscribe";
  switch (scene_.chance.below(is_asked ? 6 : 10)) {
    case 0: type = "unsubscribe"; break;
    case 1: type = "unsubscribed"; break;
    case 2:
    case 3:
    case 4:
      if (is_asked || scene_.chance.one_in(6)) type = "subscribed";
      break;
    case 6:
      if (!contacts_.roster.contains(contact)) break;
      device_.note("removes " + contact);
      scene_.contacts.refuse(device_.account(), contact);
      return send(contact, "<iq type='set' id='x" + std::to_string(++next_id_) +
                               "'><query xmlns='jabber:iq:roster'><item jid='" + contact +
                               "' subscription='remove'/></query></iq>");
    default: break;
  }
  device_.note(std::string(type) + " to " + contact);
  if (type == std::string("unsubscribed")) scene_.contacts.refuse(device_.account(), contact);
  if (type == std::string("subscribed") || type == std::string("unsubscribed")) contacts_.requests.erase(contact);
  send(contact, std::string("<presence type='") + type + "' to='" + contact + "'/>");
}

void ContactClient::send(const std::string& contact, const std::string& xml) {
  scene_.contacts.touch(device_.account(), contact);
  const Book& book = scene_.book;
  const bool may_fail = book.disk_fails() || book.is_removed(contact) || book.is_removed(device_.account()) ||
                        book.is_troubled(contact) || book.is_troubled(device_.account());
  if (may_fail) scene_.contacts.doubt(device_.account(), contact);
  ++unhandled_[contact];
  device_.send_stanza(xml, [this, contact] { --unhandled_[contact]; });
}

void ContactClient::fetch_roster() {
  device_.send_stanza("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
}

void ContactClient::forget() {
  doubt_unhandled();
  has_roster_ = false;
  contacts_ = {};
  unhandled_.clear();
}

void ContactClient::doubt_unhandled(const std::string& account) {
  for (const auto& [contact, count] : unhandled_) {
    const bool is_meant = account.empty() || account == contact || account == device_.account();
    if (count > 0 && is_meant) scene_.contacts.doubt(device_.account(), contact);
  }
}

void ContactClient::take(const xml::Element& stanza) {
  if (stanza.name() == "presence") return take_presence(stanza);
  const auto query = stanza.child("query", ns::roster);
  if (stanza.name() != "iq" || !query) return;
  const std::string type = attribute(stanza, "type");
  if (type == "result" && attribute(stanza, "id") == "roster") {
    has_roster_ = true;
    contacts_.roster.clear();
    take_items(*query);
  } else if (type == "set") {
    take_items(*query);
  }
}

void ContactClient::take_items(const xml::Element& query) {
  query.for_each_child([&](const xml::Element& item) {
    const std::string jid = attribute(item, "jid"), state = attribute(item, "subscription");
    if (state == "remove") {
      contacts_.roster.erase(jid);
      return;
    }
    const bool asks = attribute(item, "ask") == "subscribe";
    contacts_.roster[jid] = {state == "to" || state == "both", state == "from" || state == "both", asks};
    if (contacts_.roster[jid].from) contacts_.requests.erase(jid);
  });
}

void ContactClient::take_presence(const xml::Element& presence) {
  const std::string from = attribute(presence, "from"), type = attribute(presence, "type");
  const size_t slash = from.find('/');
  const std::string account = from.substr(0, slash);
  if (type == "subscribe") {
    contacts_.requests.insert(account);
  } else if (type == "unsubscribe") {
    contacts_.requests.erase(account);
  } else if (type.empty()) {
    contacts_.available[account].insert(from.substr(slash + 1));
  } else if (type == "unavailable" && slash == std::string::npos) {
    contacts_.available.erase(account);
  } else if (type == "unavailable") {
    contacts_.available[account].erase(from.substr(slash + 1));
  }
}

}  // namespace teahouse::simulator
