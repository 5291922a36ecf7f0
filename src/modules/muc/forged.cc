#include "modules/muc/forged.h"

#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

// An address that cannot be read counts as the room's: nobody needs it.
bool names_room(const xml::Element& element, std::string_view attribute, const BareJid& room) {
  const auto value = element.attribute(attribute);
  if (!value) return false;
  const auto jid = Jid::parse(*value);
  return !jid || jid->bare_view() == room.str() || jid->str() == room.domainpart();
}

}  // namespace

void remove_forged(Stanza& stanza, const BareJid& room) {
  stanza.remove_children([&](const xml::Element& child) {
    if (child.name() == "x") return child.ns() == ns::muc || child.ns() == ns::muc_user;
    if (child.is("occupant-id", ns::occupant_id)) return true;
    if (child.is("stanza-id", ns::stanza_id)) return !child.attribute("by") || names_room(child, "by", room);
    return child.is("delay", ns::delay) && names_room(child, "from", room);
  });
}

}  // namespace teahouse::muc
