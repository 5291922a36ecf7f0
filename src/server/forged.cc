#include "server/forged.h"

#include "xmpp/claims.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

bool is_stamp_of(const xml::Element& child, const BareJid& account) {
  if (child.is("stanza-id", ns::stanza_id)) return !child.attribute("by") || names_entity(child, "by", account);
  return child.is("delay", ns::delay) && names_entity(child, "from", account.host());
}

void remove_where(Stanza& message, const std::function<bool(const xml::Element&)>& unwanted) {
  bool any = false;
  message.root().for_each_child([&](const xml::Element& child) { any = any || unwanted(child); });
  if (any) message.remove_children(unwanted);
}

}  // namespace

void remove_forged(Stanza& message, const BareJid& sender) {
  remove_where(message, [&](const xml::Element& child) { return is_copy(child) || is_stamp_of(child, sender); });
}

void remove_foreign_stamps(Stanza& message, const BareJid& recipient) {
  remove_where(message, [&](const xml::Element& child) { return is_stamp_of(child, recipient); });
}

}  // namespace teahouse
