#include "modules/muc/voice.h"

#include <algorithm>

#include "modules/muc/presence.h"
#include "xmpp/data_form.h"

namespace teahouse::muc {
namespace {

constexpr char request_form[] = "http://jabber.org/protocol/muc#request";

void ask_moderators(Room& room, const Occupant& visitor) {
  DataForm form(DataForm::Type::form, request_form);
  form.title = "Voice request";
  form.add("muc#role", "list-single", "Requested role", std::string("participant"));
  form.add("muc#jid", "jid-single", "User", visitor.shown().jid.str());
  form.add("muc#roomnick", "text-single", "Nick", std::string(visitor.nick()));
  form.add("muc#request_allow", "boolean", "Grant voice to this person?", false);
  std::string payload;
  xml::Writer writer(payload);
  form.write(writer);
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::none, std::move(payload));
  message.from = room.jid();
  room.occupants.for_each([&](const Occupant& each) {
    if (each.role != Role::moderator) return;
    for (const auto& session : each.sessions) {
      Stanza copy = message;
      copy.to = session.jid;
      room.traffic()->send(std::move(copy));
    }
  });
}

// Has the one who asked still the nick? Another may have come by it since. A form that names nobody is the moderator's
// own word.
bool is_of(const Occupant& occupant, const DataForm& form) {
  const FormField* jid = form.find("muc#jid");
  const auto asked = jid ? Jid::parse(jid->value()) : Result<Jid>(Error{});
  if (!asked) return true;
  return asked->is_bare() ? asked->bare() == occupant.real
                          : std::any_of(occupant.sessions.begin(), occupant.sessions.end(),
                                        [&](const auto& session) { return Jid(session.jid) == *asked; });
}

void grant(Room& room, const Stanza& stanza, const DataForm& form) {
  if (form.find("muc#request_allow")->boolean() != true) return;
  const FormField* nick = form.find("muc#roomnick");
  Occupant* visitor = nick ? room.occupants.find(nick->value()) : nullptr;
  if (!visitor || !is_of(*visitor, form))
    return room.reply_error(stanza, {ErrorKind::item_not_found, "This occupant has left."});
  const Standing target{room.affiliation_of(visitor->real), visitor->role};
  if (target.role != Role::visitor) return;  // another moderator was quicker
  const auto allowed = check_role_change(room.standing_of(*stanza.from), target, Role::participant);
  if (!allowed) return room.reply_error(stanza, allowed.error());
  set_role(room, *visitor, Role::participant, {});
}

}  // namespace

void handle_voice_form(Room& room, const Stanza& stanza, const xml::Element& x) {
  const auto form = DataForm::read(x);
  if (!form || form->form_type() != request_form || form->type() == DataForm::Type::form) {
    return room.reply_error(stanza, {ErrorKind::bad_request, "This form is not for a room."});
  }
  const Occupant* from = room.occupants.find_by_session(*stanza.from);
  if (!from) return room.reply_error(stanza, {ErrorKind::not_acceptable, "You are not in this room."});
  if (form->type() != DataForm::Type::submit) return;
  if (form->find("muc#request_allow")) return grant(room, stanza, *form);
  if (from->role == Role::visitor) ask_moderators(room, *from);
}

}  // namespace teahouse::muc
