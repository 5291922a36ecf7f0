#include "modules/muc/registration.h"

#include "modules/muc/affiliations.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

constexpr char register_form[] = "http://jabber.org/protocol/muc#register";
constexpr char nick_field[] = "muc#register_roomnick";

// The account's row in the room's lists; the tenant's staff may reserve a nick without being on one.
Affiliated listed(const Room& room, const BareJid& account) {
  const auto found = room.affiliations.find(account);
  return found == room.affiliations.end() ? Affiliated{} : found->second;
}

bool refuse(Room& room, const Stanza& stanza) {
  const Affiliation affiliation = room.affiliation_of(stanza.from->bare());
  if (affiliation >= Affiliation::member) return false;
  const bool banned = affiliation == Affiliation::outcast;
  room.reply_error(stanza, {banned ? ErrorKind::forbidden : ErrorKind::not_allowed,
                            "Only members of the room can reserve a nick in it."});
  return true;
}

Result<Nick> parse_nick(const xml::Element& query) {
  std::string nick = query.child_text("username", ns::register_iq);
  if (const auto x = query.child("x", ns::data_forms)) {
    const auto form = DataForm::read(*x);
    const FormField* field = form && form->form_type() == register_form ? form->find(nick_field) : nullptr;
    if (field) nick = field->value();
  }
  if (nick.empty()) return Error{ErrorKind::bad_request, "Which nick?"};
  return Nick::parse(nick);
}

}  // namespace

void answer_registration_form(Room& room, const Stanza& stanza, const xml::Element&) {
  if (refuse(room, stanza)) return;
  const Affiliated known = listed(room, stanza.from->bare());
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::register_iq);
  if (known.nick) {
    writer.open("registered").close();
    writer.leaf("username", known.nick->str());
  } else {
    writer.leaf("instructions", "Choose the nick that is to be yours in this room.");
    writer.open("username").close();
  }
  DataForm form(DataForm::Type::form, register_form);
  form.add(nick_field, "text-single", "Nick", known.nick ? known.nick->str() : std::string()).required = true;
  form.write(writer);
  writer.close();
  room.reply(stanza, std::move(payload));
}

void register_nick(Room& room, const Stanza& stanza, const xml::Element& query) {
  if (refuse(room, stanza)) return;
  const BareJid account = stanza.from->bare();
  Affiliated wanted = listed(room, account);
  wanted.nick.reset();
  const bool removes = query.child("remove", ns::register_iq).has_value();
  const store::DiskHealth& health = room.context().disk();
  const auto may = removes ? health.check_removal() : health.check_addition();
  if (!may) return room.reply_error(stanza, may.error());
  if (!removes) {
    auto nick = parse_nick(query);
    if (!nick) return room.reply_error(stanza, nick.error());
    const BareJid* owner = room.find_nick_owner(*nick);
    const Occupant* there = room.occupants.find(nick->str());
    if ((owner && *owner != account) || (there && there->real != account)) {
      return room.reply_error(stanza, {ErrorKind::conflict, "This nick is somebody else's."});
    }
    wanted.nick = std::move(*nick);
    if (wanted.affiliation == Affiliation::none) {  // the site's staff, whom no list of the room has
      const auto space = check_affiliation_space(room, 1);
      if (!space) return room.reply_error(stanza, space.error());
      wanted.affiliation = Affiliation::member;
    }
  }
  change_affiliation(room, account, std::move(wanted), {});
  room.reply(stanza);
}

}  // namespace teahouse::muc
