#include "modules/muc/registration.h"

#include "modules/muc/affiliations.h"
#include "modules/muc/approval.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

// The account's row in the room's lists; the tenant's staff may reserve a nick without being on one.
Affiliated listed(const Room& room, const BareJid& account) {
  const auto found = room.affiliations.find(account);
  return found == room.affiliations.end() ? Affiliated{Affiliation::none, {}, {}} : found->second;
}

bool refuse_outcast(Room& room, const Stanza& stanza) {
  if (room.affiliation_of(stanza.from->bare()) != Affiliation::outcast) return false;
  room.reply_error(stanza, {ErrorKind::forbidden, "You are banned from this room."});
  return true;
}

Result<Nick> parse_nick(const xml::Element& query) {
  std::string nick = query.child_text("username", ns::register_iq);
  if (const auto x = query.child("x", ns::data_forms)) {
    const auto form = DataForm::read(*x);
    const FormField* field = form && form->form_type() == register_form ? form->find(register_nick_field) : nullptr;
    if (field) nick = field->value();
  }
  if (nick.empty()) return Error{ErrorKind::bad_request, "Which nick?"};
  return Nick::parse(nick);
}

void remove_nick(Room& room, const Stanza& stanza) {
  const BareJid account = stanza.from->bare();
  if (const auto may = room.context().disk().check_removal(); !may) return room.reply_error(stanza, may.error());
  if (room.registration_requests.contains(account)) {
    room.traffic()->wait_for(room.remove_registration_request(account));
    return room.reply(stanza);
  }
  Affiliated wanted = listed(room, account);
  if (wanted.affiliation == Affiliation::none) {
    return room.reply_error(stanza, {ErrorKind::registration_required, "You are not registered with this room."});
  }
  wanted.nick.reset();
  change_affiliation(room, account, std::move(wanted), {});
  room.reply(stanza);
}

void reserve(Room& room, const Stanza& stanza, Nick nick) {
  const BareJid account = stanza.from->bare();
  Affiliated wanted = listed(room, account);
  if (wanted.affiliation == Affiliation::none) {  // the site's staff, whom no list of the room has
    const auto space = check_affiliation_space(room, 1);
    if (!space) return room.reply_error(stanza, space.error());
    wanted.affiliation = Affiliation::member;
  }
  wanted.nick = std::move(nick);
  change_affiliation(room, account, std::move(wanted), {});
  room.reply(stanza);
}

}  // namespace

void answer_registration_form(Room& room, const Stanza& stanza, const xml::Element&) {
  if (refuse_outcast(room, stanza)) return;
  const BareJid account = stanza.from->bare();
  const bool is_member = room.affiliation_of(account) >= Affiliation::member;
  const Affiliated known = listed(room, account);
  const auto request = room.registration_requests.find(account);
  const bool waits = request != room.registration_requests.end();
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::register_iq);
  if (known.nick) {
    writer.open("registered").close();
    writer.leaf("username", known.nick->str());
  } else {
    writer.leaf("instructions", waits ? "Your request waits for an admin of the room. You may choose another nick."
                                : is_member ? "Choose the nick that is to be yours in this room."
                                            : "Choose the nick that is to be yours in this room, when one of its "
                                              "admins has agreed that you become a member.");
    writer.open("username").close();
  }
  DataForm form(DataForm::Type::form, register_form);
  const std::string shown = known.nick ? known.nick->str() : waits ? request->second.str() : std::string();
  form.add(register_nick_field, "text-single", "Nick", shown).required = true;
  form.write(writer);
  writer.close();
  room.reply(stanza, std::move(payload));
}

void register_nick(Room& room, const Stanza& stanza, const xml::Element& query) {
  if (refuse_outcast(room, stanza)) return;
  if (query.child("remove", ns::register_iq)) return remove_nick(room, stanza);
  if (const auto may = room.context().disk().check_addition(); !may) return room.reply_error(stanza, may.error());
  auto nick = parse_nick(query);
  if (!nick) return room.reply_error(stanza, nick.error());
  const BareJid account = stanza.from->bare();
  if (const auto free = check_reservable(room, account, *nick); !free) return room.reply_error(stanza, free.error());
  if (room.affiliation_of(account) >= Affiliation::member) return reserve(room, stanza, std::move(*nick));
  request_registration(room, stanza, std::move(*nick));
}

}  // namespace teahouse::muc
