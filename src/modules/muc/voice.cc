#include "modules/muc/voice.h"

#include <algorithm>

#include "modules/muc/presence.h"
#include "server/module_context.h"

namespace teahouse::muc {
namespace {

void ask_moderators(Room& room, const Occupant& visitor) {
  DataForm form(DataForm::Type::form, voice_form);
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

bool has_moderator(const Room& room) {
  bool has = false;
  room.occupants.for_each([&](const Occupant& each) { has = has || each.role == Role::moderator; });
  return has;
}

void request(Room& room, const Stanza& stanza, const Occupant& visitor) {
  if (visitor.role != Role::visitor) return;  // has it by now
  if (!has_moderator(room)) {
    return room.reply_error(stanza, {ErrorKind::recipient_unavailable, "No moderator is here now: ask again later."});
  }
  const auto in_time = room.voice_requests.take(visitor.real, room.context().clock().monotonic_ms());
  if (!in_time) return room.reply_error(stanza, in_time.error());
  ask_moderators(room, visitor);
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

// The role comes before all else: else anybody could try out by the answers whose nick it is.
void grant(Room& room, const Stanza& stanza, const Occupant& actor, const DataForm& form) {
  if (actor.role != Role::moderator) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "Only moderators give a voice."});
  }
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

void handle_voice_form(Room& room, const Stanza& stanza, const DataForm& form) {
  const Occupant* from = room.occupants.find_by_session(*stanza.from);
  if (!from) return room.reply_error(stanza, {ErrorKind::not_acceptable, "You are not in this room."});
  const FormField* role = form.find("muc#role");
  if (role && find_role(role->value()) != Role::participant) {
    return room.reply_error(stanza, {ErrorKind::not_acceptable, "Voice is the role participant, and no other."});
  }
  form.find("muc#request_allow") ? grant(room, stanza, *from, form) : request(room, stanza, *from);
}

}  // namespace teahouse::muc
