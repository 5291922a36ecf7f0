#include "modules/muc/subject.h"

#include "xml/writer.h"
#include "xmpp/delay.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {

bool is_subject_change(const Stanza& message) {
  return message.child("subject", ns::client) && !message.child("body", ns::client);
}

Result<void> check_subject_change(const Room& room, const Occupant& occupant, const Stanza& message) {
  const Role needed = room.config.change_subject ? Role::participant : Role::moderator;
  if (occupant.role < needed) return Error{ErrorKind::forbidden, "You may not change the subject of this room."};
  if (message.payload().size() > subject_bytes_max + 1000) {
    return Error{ErrorKind::not_acceptable, "A change of subject carries the subject and little else."};
  }
  if (message.root().child_text("subject", ns::client).size() > subject_bytes_max) {
    return Error{ErrorKind::not_acceptable, "A subject has at most " + std::to_string(subject_bytes_max) + " bytes."};
  }
  return {};
}

void send_subject(Room& room, const FullJid& session) {
  std::string payload;
  xml::Writer(payload).leaf("subject", room.subject.text);
  Stanza stanza = Stanza::make(StanzaKind::message, StanzaType::groupchat, std::move(payload));
  stanza.from = room.jid();
  if (!room.subject.nick.empty()) {
    if (auto setter = room.jid().with_resource(room.subject.nick)) stanza.from = std::move(*setter);
  }
  stanza.to = session;
  if (room.subject.set_ms) stanza.stamp(make_delay(room.jid().str(), room.subject.set_ms));
  room.traffic()->send(std::move(stanza));
}

}  // namespace teahouse::muc
