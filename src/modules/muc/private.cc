#include "modules/muc/private.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "modules/muc/forged.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

constexpr char pubsub_ns[] = "http://jabber.org/protocol/pubsub";
constexpr size_t mark_size = 16;

// Which session asked: 16 characters before the id that it chose. Keyed, so that nobody learns an address from it.
std::string mark_of(const Room& room, const FullJid& session) {
  const std::string digest = crypto::hmac_sha256(room.tenant().occupant_id_secret, "iq " + session.str());
  return crypto::to_base64url(std::string_view(digest).substr(0, 12));
}

// A request for something of the account rather than of the session goes to the account (section 17.4 leaves it open).
bool is_for_account(const Stanza& stanza) {
  return stanza.child("vCard", ns::vcard_temp) || stanza.child("pubsub", pubsub_ns);
}

void relay_request(Room& room, const Stanza& stanza) {
  const Occupant* from = room.occupants.find_by_session(*stanza.from);
  if (!from) return room.reply_error(stanza, make_stranger_error(stanza));
  const Occupant* to = room.occupants.find(stanza.to->resourcepart());
  if (!to) return room.reply_error(stanza, {ErrorKind::item_not_found, "There is no such occupant."});
  if (to == from && stanza.type == StanzaType::get && stanza.child("ping", ns::ping)) return room.reply(stanza);
  if (stanza.id.size() > relayed_id_bytes_max) {
    return room.reply_error(stanza, {ErrorKind::bad_request, "The id is too long to be passed on."});
  }
  Stanza relayed = stanza;
  relayed.from = from->address;
  relayed.id = mark_of(room, *stanza.from->full()) + stanza.id;
  relayed.to = to->shown().jid;
  if (is_for_account(stanza)) relayed.to = to->real;
  room.traffic()->send(std::move(relayed));
}

// The answerer is an occupant, or the account behind one.
const Occupant* find_answerer(const Room& room, const Jid& from) {
  if (const Occupant* occupant = room.occupants.find_by_session(from)) return occupant;
  if (from.is_full()) return nullptr;
  const auto found = room.occupants.find_by_account(from.bare());
  return found.empty() ? nullptr : found.front();
}

void relay_answer(Room& room, const Stanza& stanza) {
  const Occupant* from = find_answerer(room, *stanza.from);
  const Occupant* to = room.occupants.find(stanza.to->resourcepart());
  if (!from || !to || stanza.id.size() <= mark_size) return;
  const std::string mark = stanza.id.substr(0, mark_size);
  const auto asked = std::find_if(to->sessions.begin(), to->sessions.end(),
                                  [&](const auto& each) { return mark_of(room, each.jid) == mark; });
  if (asked == to->sessions.end()) return;
  Stanza relayed = stanza;
  relayed.from = from->address;
  relayed.to = asked->jid;
  relayed.id = stanza.id.substr(mark_size);
  room.traffic()->send(std::move(relayed));
}

}  // namespace

Error make_stranger_error(const Stanza& stanza) {
  const auto query = stanza.first_child();
  if (query && (query->ns() == ns::disco_info || query->ns() == ns::disco_items)) {
    return {ErrorKind::bad_request, "Occupants are looked at by occupants only. Enter the room first."};
  }
  // Not item-not-found, by which a client that pings itself would know that it is in the room (XEP-0410 section 3).
  return {ErrorKind::not_acceptable, "You are not in this room."};
}

void send_private(Room& room, const Stanza& stanza) {
  const Occupant* from = room.occupants.find_by_session(*stanza.from);
  if (!from) return room.reply_error(stanza, make_stranger_error(stanza));
  if (stanza.type == StanzaType::groupchat) {
    return room.reply_error(stanza, {ErrorKind::bad_request, "A message for one occupant is no groupchat."});
  }
  if (!may_send_private(room.config, from->role)) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "You may not send private messages in this room."});
  }
  const Occupant* to = room.occupants.find(stanza.to->resourcepart());
  if (!to) return room.reply_error(stanza, {ErrorKind::item_not_found, "There is no such occupant."});
  Stanza message = stanza;
  remove_forged(message, room.jid());
  message.from = from->address;
  std::string stamp;
  xml::Writer writer(stamp);
  writer.open("x", ns::muc_user).close();
  writer.open("occupant-id", ns::occupant_id).attribute("id", from->occupant_id).close();
  message.stamp(stamp);
  for (const auto& session : to->sessions) {
    Stanza copy = message;
    copy.to = session.jid;
    room.traffic()->send(std::move(copy), room.traffic()->ticket());
  }
}

void relay_iq(Room& room, const Stanza& stanza) {
  const bool is_request = stanza.type == StanzaType::get || stanza.type == StanzaType::set;
  is_request ? relay_request(room, stanza) : relay_answer(room, stanza);
}

}  // namespace teahouse::muc
