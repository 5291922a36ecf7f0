#include "xmpp/keeping.h"

#include "xmpp/claims.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

bool has_kept_type(const Stanza& message, Keeper keeper) {
  if (keeper == Keeper::room_archive) return message.type == StanzaType::groupchat;
  return message.type == StanzaType::none || message.type == StanzaType::chat;
}

}  // namespace

bool only_accompanies(const xml::Element& child) {
  const std::string_view ns = child.ns();
  if (ns == ns::client) return child.name() == "thread";
  if (ns == ns::muc_user) return !child.first_child();
  return ns == ns::chat_states || ns == ns::stanza_id || ns == ns::delay || ns == ns::occupant_id ||
         ns == ns::carbons || ns == ns::nick || child.is("request", ns::receipts) ||
         child.is("markable", ns::chat_markers);
}

bool is_worth_keeping(const Stanza& message, Keeper keeper) {
  if (!has_kept_type(message, keeper)) return false;
  bool has_content = false, is_wanted = false, is_refused = false;
  message.root().for_each_child([&](const xml::Element& child) {
    const std::string_view ns = child.ns();
    if (ns == ns::hints) {
      is_wanted = is_wanted || child.name() == "store";
      is_refused = is_refused || child.name() == "no-store" ||
                   (child.name() == "no-permanent-store" && keeper != Keeper::offline_queue);
    } else if (is_copy(child)) {
      is_refused = true;
    } else if (keeper != Keeper::room_archive || (ns != ns::receipts && ns != ns::chat_markers)) {
      has_content = has_content || !only_accompanies(child);
    }
  });
  return !is_refused && (has_content || is_wanted);
}

}  // namespace teahouse
