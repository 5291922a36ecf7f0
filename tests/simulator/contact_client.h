// ContactClient: a device's roster, and what it is told of its contacts' presence (RFC 6121).
//
// Thread: one. Lifetime: its device has it.
#pragma once

#include <map>
#include <string>

#include "tests/simulator/contact_book.h"
#include "xml/document.h"

namespace teahouse::simulator {

class Device;
struct Scene;

class ContactClient {
 public:
  ContactClient(Scene& scene, Device& device) : scene_(scene), device_(device) {}

  // Asks for a subscription, grants, cancels or refuses one, or removes a contact, by chance. REQUIRES: the device is
  // ready.
  void act(const std::string& contact);
  // REQUIRES: the device is ready, and has not asked in this session.
  void fetch_roster();
  void forget();  // its session is over
  // Stanzas on their way may not arrive; those of this account and to it alone, where one is named.
  void doubt_unhandled(const std::string& account = {});
  void take(const xml::Element& stanza);

  bool has_roster() const { return has_roster_; }
  const Contacts& contacts() const { return contacts_; }

 private:
  void send(const std::string& contact, const std::string& xml);
  void take_items(const xml::Element& query);
  void take_presence(const xml::Element& presence);

  Scene& scene_;
  Device& device_;
  bool has_roster_ = false;
  Contacts contacts_;
  std::map<std::string, int> unhandled_;  // changes that the server has not handled, by contact
  int next_id_ = 0;
};

}  // namespace teahouse::simulator
