#include "xmpp/claims.h"

#include "xmpp/namespaces.h"

namespace teahouse {

bool is_copy(const xml::Element& child) {
  return (child.ns() == ns::carbons && (child.name() == "sent" || child.name() == "received")) ||
         (child.name() == "result" && child.ns() == ns::mam);
}

bool has_copy(const Stanza& message) {
  bool found = false;
  message.root().for_each_child([&](const xml::Element& child) { found = found || is_copy(child); });
  return found;
}

bool names_entity(const xml::Element& stamp, std::string_view attribute, const BareJid& entity) {
  const auto value = stamp.attribute(attribute);
  if (!value) return false;
  const auto jid = Jid::parse(*value);
  return !jid || jid->bare_view() == entity.str() || jid->str() == entity.domainpart();
}

}  // namespace teahouse
