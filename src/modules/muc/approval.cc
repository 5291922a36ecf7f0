#include "modules/muc/approval.h"

#include "modules/muc/affiliations.h"
#include "modules/muc/invite.h"
#include "server/module_context.h"

namespace teahouse::muc {
namespace {

constexpr char allow_field[] = "muc#register_allow";
constexpr char user_field[] = "muc#jid";  // as forms for voice have it: a nick alone may have changed hands

Stanza make_form(const Room& room, const BareJid& user, const Nick& nick) {
  DataForm form(DataForm::Type::form, register_form);
  form.title = "Registration request";
  form.instructions = user.str() + " would like to be a member of this room.";
  form.add(user_field, "jid-single", "User", user.str());
  form.add(register_nick_field, "text-single", "Desired nick", nick.str());
  form.add(allow_field, "boolean", "Allow this person to register with the room?", false);
  std::string payload;
  xml::Writer writer(payload);
  form.write(writer);
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::none, std::move(payload));
  message.from = room.jid();
  return message;
}

using Request = RegistrationRequests::const_iterator;

Request find_request(const Room& room, const DataForm& form) {
  const FormField* user = form.find(user_field);
  const FormField* wanted = form.find(register_nick_field);
  const auto jid = user ? Jid::parse(user->value()) : Result<Jid>(Error{});
  const auto nick = wanted ? Nick::parse(wanted->value()) : Result<Nick>(Error{});
  const RegistrationRequests& requests = room.registration_requests;
  for (auto at = requests.begin(); at != requests.end(); ++at) {
    const bool is_meant = (!jid || jid->bare() == at->first) && (!nick || *nick == at->second);
    if (is_meant && (jid || nick)) return at;
  }
  return requests.end();
}

Result<void> approve(Room& room, const Stanza& stanza, const BareJid& user, Nick nick) {
  const store::DiskHealth& health = room.context().disk();
  if (const auto may = health.check_addition(); !may) return may;
  // Another who has the nick now keeps it for the visit, as where an admin reserves one.
  if (const BareJid* owner = room.find_nick_owner(nick); owner && *owner != user) {
    return Error{ErrorKind::conflict, "This nick is reserved for somebody else by now."};
  }
  const auto space = check_affiliation_space(room, 1);
  if (!space) return space;
  PresenceNotes notes;
  if (const Occupant* actor = room.occupants.find_by_session(*stanza.from)) notes.actor_nick = actor->nick();
  change_affiliation(room, user, {Affiliation::member, std::move(nick), {}}, std::move(notes));
  if (room.config.members_only && room.occupants.find_by_account(user).empty()) {
    send_invitation(room, stanza.from->bare(), {user, {}, {}});
  }
  const BareJid changer = stanza.from->bare();
  room.pass_share(&changer);
  return {};
}

}  // namespace

Result<void> check_reservable(const Room& room, const BareJid& user, const Nick& nick) {
  const BareJid* owner = room.find_nick_owner(nick);
  const Occupant* there = room.occupants.find(nick.str());
  bool is_free = (!owner || *owner == user) && (!there || there->real == user);
  for (const auto& [other, asked] : room.registration_requests) is_free = is_free && (other == user || asked != nick);
  if (is_free) return {};
  return Error{ErrorKind::conflict, "This nick is somebody else's."};
}

void request_registration(Room& room, const Stanza& stanza, Nick nick) {
  const BareJid user = stanza.from->bare();
  const auto known = room.registration_requests.find(user);
  if (known != room.registration_requests.end() && known->second.str() == nick.str()) return room.reply(stanza);
  if (known == room.registration_requests.end() && room.registration_requests.size() >= registration_requests_max) {
    return room.reply_error(stanza, {ErrorKind::resource_constraint,
                                     "Too many requests wait for this room's admins already: try again later."});
  }
  const auto in_time = room.registration_rate.take(user, room.context().clock().monotonic_ms());
  if (!in_time) return room.reply_error(stanza, in_time.error());
  const Stanza form = make_form(room, user, nick);
  room.traffic()->wait_for(room.set_registration_request(user, std::move(nick)));
  room.reply(stanza);
  room.occupants.for_each([&](const Occupant& each) {
    if (room.affiliation_of(each.real) < Affiliation::admin) return;
    for (const auto& session : each.sessions) {
      Stanza copy = form;
      copy.to = session.jid;
      room.traffic()->send(std::move(copy));
    }
  });
}

void send_registration_requests(Room& room, const FullJid& session) {
  if (room.registration_requests.empty() || room.affiliation_of(session.bare()) < Affiliation::admin) return;
  for (const auto& [user, nick] : room.registration_requests) {
    Stanza form = make_form(room, user, nick);
    form.to = session;
    room.traffic()->send(std::move(form));
  }
}

void handle_approval(Room& room, const Stanza& stanza, const DataForm& form) {
  if (room.affiliation_of(stanza.from->bare()) < Affiliation::admin) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "Only admins and owners decide who is registered."});
  }
  const Request request = find_request(room, form);
  if (request == room.registration_requests.end()) {
    return room.reply_error(
        stanza, {ErrorKind::item_not_found, "This request does not wait any more: it was answered, or taken back."});
  }
  const BareJid user = request->first;
  const FormField* allow = form.find(allow_field);
  if (allow && allow->boolean() == true) {
    const auto approved = approve(room, stanza, user, request->second);
    if (!approved) room.reply_error(stanza, approved.error());
    return;
  }
  if (const auto may = room.context().disk().check_removal(); !may) return room.reply_error(stanza, may.error());
  room.traffic()->wait_for(room.remove_registration_request(user));
}

}  // namespace teahouse::muc
