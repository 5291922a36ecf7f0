#include "tests/simulator/block_client.h"

#include "tests/simulator/device.h"
#include "xmpp/namespaces.h"

namespace teahouse::simulator {

void BlockClient::act(const std::string& contact) {
  if (contact == device_.account()) return;
  const bool is_blocked = scene_.book.blocks().may_refuse(device_.account(), contact);
  const bool blocks = is_blocked ? scene_.chance.one_in(4) : true;
  const std::string verb = blocks ? "block" : "unblock";
  device_.note(verb + "s " + contact);
  const uint64_t number = scene_.book.begin_block_change(device_.account(), contact);
  const std::string id = "b" + std::to_string(number);
  requests_[id] = {contact, blocks, number};
  device_.send_stanza("<iq type='set' id='" + id + "'><" + verb + " xmlns='urn:xmpp:blocking'><item jid='" + contact +
                      "'/></" + verb + "></iq>");
}

bool BlockClient::take(const xml::Element& stanza) {
  if (stanza.name() != "iq") return false;
  const auto found = requests_.find(std::string(stanza.attribute("id").value_or("")));
  if (found == requests_.end()) return false;
  const Request& request = found->second;
  if (stanza.attribute("type") == "result") {
    device_.note((request.blocks ? "has blocked " : "hears again of ") + request.contact);
    scene_.book.end_block_change(device_.account(), request.contact, request.number, request.blocks);
  }
  requests_.erase(found);
  return true;
}

}  // namespace teahouse::simulator
