#include "modules/muc/forged.h"

#include "xmpp/claims.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

constexpr char early_hats[] = "xmpp:prosody.im/protocol/hats:1";  // clients show these like those of XEP-0317

}  // namespace

void remove_forged(Stanza& stanza, const BareJid& room) {
  stanza.remove_children([&](const xml::Element& child) {
    if (child.name() == "x") return child.ns() == ns::muc || child.ns() == ns::muc_user;
    if (child.name() == "hats") return child.ns() == ns::hats || child.ns() == early_hats;
    if (child.is("occupant-id", ns::occupant_id) || child.is("retracted", ns::message_retract)) return true;
    if (child.is("stanza-id", ns::stanza_id)) return !child.attribute("by") || names_entity(child, "by", room);
    return child.is("delay", ns::delay) && names_entity(child, "from", room);
  });
}

}  // namespace teahouse::muc
