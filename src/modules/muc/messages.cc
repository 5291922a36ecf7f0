#include "modules/muc/messages.h"

#include "modules/muc/approval.h"
#include "modules/muc/archive_row.h"
#include "modules/muc/forged.h"
#include "modules/muc/invite.h"
#include "modules/muc/moderation.h"
#include "modules/muc/presence.h"
#include "modules/muc/private.h"
#include "modules/muc/subject.h"
#include "modules/muc/voice.h"
#include "server/archive_space.h"
#include "server/module_context.h"
#include "server/occupant_id.h"
#include "xml/writer.h"
#include "xmpp/keeping.h"
#include "xmpp/namespaces.h"
#include "xmpp/nickname.h"

namespace teahouse::muc {
namespace {

std::string make_occupant_stamp(std::string_view occupant_id) {
  std::string out;
  xml::Writer(out).open("occupant-id", ns::occupant_id).attribute("id", occupant_id).close();
  return out;
}

// `sender`: of what is said by the site none.
Result<void> check_space(const Room& room, const Stanza& message, const std::optional<BareJid>& sender) {
  if (room.traffic()->is_full()) return Traffic::full();
  const bool is_stored =
      is_subject_change(message) || (is_archived(room) && is_worth_keeping(message, Keeper::room_archive));
  const std::string_view domain = sender ? sender->domainpart() : room.tenant().domain();
  return is_stored ? check_archive_space(room.tenant(), room.context().disk(), domain) : Result<void>();
}

MessageArchived make_event(const Room& room, store::ArchiveId id, std::string_view sender) {
  return {room.jid().str(), id, std::string(sender), room.jid().str()};
}

// Slow mode holds for all below admins, and for messages that say something.
bool is_slowed(const Room& room, const Occupant& occupant, const Stanza& stanza) {
  return room.config.slow_mode_s > 0 && room.affiliation_of(occupant.real) < Affiliation::admin &&
         stanza.child("body", ns::client);
}

Result<void> check_pace(const Room& room, const Occupant& occupant, const Stanza& stanza) {
  if (!is_slowed(room, occupant, stanza)) return {};
  const int64_t wait_ms =
      room.slow_mode.wait_ms(occupant.occupant_id, room.context().clock().monotonic_ms(), room.config.slow_mode_s);
  if (wait_ms == 0) return {};
  return Error{ErrorKind::policy_violation, "This room is in slow mode, with " +
                                                std::to_string(room.config.slow_mode_s) +
                                                " seconds between two messages of one user. You can speak again in " +
                                                std::to_string((wait_ms + 999) / 1000) + " seconds."};
}

Result<void> check_speech(const Room& room, const Occupant* occupant, const Stanza& stanza) {
  if (!occupant) return Error{ErrorKind::not_acceptable, "Only occupants of the room may speak in it."};
  if (is_subject_change(stanza)) {
    const auto allowed = check_subject_change(room, *occupant, stanza);
    if (!allowed) return allowed;
  } else if (occupant->role < Role::participant) {
    return Error{ErrorKind::forbidden, "You have no voice in this room."};
  }
  if (!stanza.first_child()) return Error{ErrorKind::bad_request, "The message is empty."};
  const auto in_pace = check_pace(room, *occupant, stanza);
  return in_pace ? check_space(room, stanza, occupant->real) : in_pace;
}

void set_subject(Room& room, const Occupant& occupant, const Stanza& stanza) {
  room.subject = {stanza.root().child_text("subject", ns::client), std::string(occupant.nick()),
                  room.context().clock().wall_ms()};
  room.traffic()->wait_for(room.store_subject());
}

void handle_groupchat(Room& room, const Stanza& stanza) {
  const Occupant* occupant = room.occupants.find_by_session(*stanza.from);
  const auto allowed = check_speech(room, occupant, stanza);
  if (!allowed) {
    const ErrorKind kind = allowed.error().kind;
    const bool is_too_fast = kind == ErrorKind::policy_violation;  // by default the message would have to be another
    room.reply_error(stanza, allowed.error(), is_too_fast ? ErrorType::wait : default_type(kind));
    return;
  }
  if (is_slowed(room, *occupant, stanza)) {
    room.slow_mode.note(occupant->occupant_id, room.context().clock().monotonic_ms(), room.config.slow_mode_s);
  }
  Stanza message = stanza;
  remove_forged(message, room.jid());
  remove_forbidden_mentions(message, room, *occupant);
  message.from = occupant->address;
  message.to.reset();
  message.stamp(make_occupant_stamp(occupant->occupant_id));
  if (is_subject_change(message)) set_subject(room, *occupant, message);
  const bool is_kept = is_subject_change(message) || is_worth_keeping(message, Keeper::room_archive);
  if (is_archived(room) && is_kept) keep(room, message, occupant->real.str());
  if (retract_own(room, *occupant, message)) return;
  room.traffic()->send_all(std::move(message), room.occupants.recipients());
}

void handle_message_form(Room& room, const Stanza& stanza, const xml::Element& x) {
  const auto form = DataForm::read(x);
  const std::string_view form_type = form ? form->form_type() : std::string_view();
  const bool is_known = form_type == voice_form || form_type == register_form;
  if (!is_known || (form->type() != DataForm::Type::submit && form->type() != DataForm::Type::cancel)) {
    return room.reply_error(stanza, {ErrorKind::bad_request, "This form is not for a room."});
  }
  if (form->type() == DataForm::Type::cancel) return;  // the request still waits
  form_type == voice_form ? handle_voice_form(room, stanza, *form) : handle_approval(room, stanza, *form);
}

void handle_normal(Room& room, const Stanza& stanza) {
  if (const auto x = stanza.child("x", ns::muc_user)) {
    if (x->child("invite", ns::muc_user)) return invite(room, stanza, *x);
    if (x->child("decline", ns::muc_user)) return decline(room, stanza, *x);
  }
  if (const auto x = stanza.child("x", ns::data_forms)) return handle_message_form(room, stanza, *x);
  room.reply_error(stanza, {ErrorKind::bad_request, "A message for the room has the type groupchat."});
}

// No user speaks as another who is in the room, or for whom the nick is reserved. The site does: else an occupant who
// took its title for a nick would silence it.
Result<void> check_own_nick(const Room& room, const std::optional<BareJid>& sender, const std::string& wanted) {
  const auto nick = Nick::parse(wanted);
  if (!sender || !nick) return {};  // nobody can have one that is none
  const BareJid* owner = room.find_nick_owner(*nick);
  const Occupant* there = room.occupants.find(wanted);
  if ((!owner || *owner == *sender) && (!there || there->real == *sender)) return {};
  return Error{ErrorKind::conflict, "Somebody else is called '" + nick->str() +
                                        "' in this room. Let the user have another name, by which the room can tell "
                                        "them apart."};
}

// A client's word to an occupant is an answer to a private message. An answer that the server itself gives for a
// session that is gone has no ticket: nobody waits for it.
void handle_error(Room& room, const Stanza& stanza) {
  if (stanza.to->is_full() && room.traffic()->ticket()) return send_private(room, stanza);
  handle_bounce(room, stanza);
}

}  // namespace

store::ArchiveId keep(Room& room, Stanza& message, std::string_view sender) {
  const store::Arrival arrival = room.context().make_arrival();
  const store::ArchiveRow row = make_row(arrival, message, sender);
  const auto append = [&](const store::Companion* event) {
    return room.storage().archive().append(room.jid().str(), row, event);
  };
  const bool has_event = room.tenant().events.has(EventKind::message);
  const Lsn lsn =
      has_event ? room.context().record(room.tenant(), make_event(room, row.id, sender), append) : append(nullptr);
  room.tenant().meter->archive_bytes.fetch_add(static_cast<int64_t>(row.bytes.size()), std::memory_order_relaxed);
  room.tenant().meter->usage.touch();
  room.traffic()->wait_for(lsn);
  message.stamp(room.context().archive_ids().make_stamp(row.id, room.jid()));
  return row.id;
}

void handle_message(Room& room, const Stanza& stanza) {
  if (stanza.type == StanzaType::error) return handle_error(room, stanza);
  if (stanza.to->is_full()) return send_private(room, stanza);
  if (stanza.type == StanzaType::groupchat) return handle_groupchat(room, stanza);
  if (stanza.type == StanzaType::none) return handle_normal(room, stanza);
  room.reply_error(stanza, {ErrorKind::bad_request, "A message for the room has the type groupchat."});
}

void say_subject(Room& room, std::string_view subject) {
  room.subject = {std::string(subject), {}, room.context().clock().wall_ms()};
  std::string payload;
  xml::Writer(payload).leaf("subject", subject);
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::groupchat, std::move(payload));
  message.from = room.jid();
  room.traffic()->wait_for(room.store_subject());
  if (is_archived(room)) keep(room, message, room.jid().str());
  room.traffic()->send_all(std::move(message), room.occupants.recipients());
}

Result<store::ArchiveId> say(Room& room, const Speaker& speaker, std::string payload, std::string id) {
  const std::optional<BareJid>& sender = speaker.sender;
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::groupchat, std::move(payload));
  std::string nick = xmpp::make_nickname(speaker.name);
  if (nick.empty()) nick = sender ? sender->localpart() : room.tenant().name;
  auto address = room.jid().with_resource(nick);
  if (!address) return Error{ErrorKind::not_acceptable, address.error().text};
  const auto own = check_own_nick(room, sender, nick);
  if (!own) return own.error();
  const auto space = check_space(room, message, sender);
  if (!space) return space.error();
  message.from = *address;
  message.id = std::move(id);
  // The site itself is named by the nick, in a form that no bare JID has.
  const std::string who = sender ? sender->str() : "/" + std::string(address->resourcepart());
  message.stamp(make_occupant_stamp(make_occupant_id(room.tenant(), room.jid(), who, speaker.incarnation)));
  store::ArchiveId row = room.context().make_arrival().id;
  if (is_archived(room)) row = keep(room, message, sender ? sender->str() : room.jid().str());
  room.traffic()->send_all(std::move(message), room.occupants.recipients());
  return row;
}

}  // namespace teahouse::muc
