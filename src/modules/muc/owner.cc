#include "modules/muc/owner.h"

#include <algorithm>

#include "modules/muc/affiliations.h"
#include "modules/muc/presence.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

std::vector<BareJid> list_of(const Room& room, Affiliation wanted) {
  std::vector<BareJid> found;
  for (const auto& [jid, affiliated] : room.affiliations) {
    if (affiliated.affiliation == wanted) found.push_back(jid);
  }
  return found;
}

bool holds(const std::vector<BareJid>& sorted, const BareJid& jid) {
  return std::binary_search(sorted.begin(), sorted.end(), jid);
}

// The room exists from now on. Rows that an earlier room of that name may have left behind after a crash go first.
Lsn store_everything(Room& room) {
  room.locked = false;
  room.storage().remove_room(room.jid(), {});
  for (const auto& [jid, affiliated] : room.affiliations) room.storage().store_affiliation(room.jid(), jid, affiliated);
  for (const auto& [number, invitation] : room.invitations) {
    room.storage().store_invitation(room.jid(), number, invitation);
  }
  if (room.subject.set_ms) room.store_subject();
  room.store_versions();
  return room.store_config(RoomMade{{room.jid().str()}});
}

std::vector<int> changes_for_message(const RoomConfig& before, const RoomConfig& after) {
  std::vector<int> codes;
  if (before.archived != after.archived) codes.push_back(after.archived ? 170 : 171);
  if (before.non_anonymous != after.non_anonymous) codes.push_back(after.non_anonymous ? 172 : 173);
  RoomConfig rest = after;
  rest.archived = before.archived;
  rest.non_anonymous = before.non_anonymous;
  if (rest != before) codes.push_back(104);
  return codes;
}

// The affiliations that the submitted lists ask for. Whose name is struck off a list has none any more.
std::map<BareJid, Affiliation> list_changes(const Room& room, const ConfigChange& change) {
  const auto owners = change.owners.value_or(list_of(room, Affiliation::owner));
  const auto admins = change.admins.value_or(list_of(room, Affiliation::admin));
  std::map<BareJid, Affiliation> changes;
  const auto wanted_of = [&](const BareJid& jid) {
    return holds(owners, jid) ? Affiliation::owner : holds(admins, jid) ? Affiliation::admin : Affiliation::none;
  };
  const auto add = [&](const BareJid& jid) {
    const Affiliation wanted = wanted_of(jid);
    if (wanted != room.listed_affiliation_of(jid)) changes.emplace(jid, wanted);
  };
  for (const auto& jid : owners) add(jid);
  for (const auto& jid : admins) {
    if (!holds(owners, jid)) add(jid);
  }
  for (const auto& [jid, affiliated] : room.affiliations) {
    if (affiliated.affiliation >= Affiliation::admin && wanted_of(jid) == Affiliation::none) add(jid);
  }
  return changes;
}

void handle_owner_form(Room& room, const Stanza& stanza, const xml::Element& x) {
  const auto form = DataForm::read(x);
  if (!form) return room.reply_error(stanza, form.error());
  if (form->type() == DataForm::Type::cancel) {
    // Section 10.1.3: a user who cancels the first configuration has made no room.
    if (room.locked) destroy(room, {{}, {}, "The room was not configured."});
    return room.reply(stanza);
  }
  if (const auto may = room.context().disk().check_addition(); !may) return room.reply_error(stanza, may.error());
  const auto change = parse_config_form(*form, room.config);
  if (!change) return room.reply_error(stanza, change.error());
  const auto possible = check_affiliations(room, list_changes(room, *change));
  if (!possible) return room.reply_error(stanza, possible.error());
  apply_config(room, *change);
  const BareJid actor = stanza.from->bare();
  room.pass_share(&actor);
  room.reply(stanza);
}

}  // namespace

void read_config_form(Room& room, const Stanza& stanza) {
  if (room.affiliation_of(stanza.from->bare()) != Affiliation::owner) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "Only owners configure the room."});
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::muc_owner);
  make_config_form(room.config, list_of(room, Affiliation::owner), list_of(room, Affiliation::admin)).write(writer);
  writer.close();
  room.reply(stanza, std::move(payload));
}

void handle_owner_set(Room& room, const Stanza& stanza, const xml::Element& query) {
  if (room.affiliation_of(stanza.from->bare()) != Affiliation::owner) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "Only owners configure or destroy the room."});
  }
  if (const auto element = query.child("destroy", ns::muc_owner)) {
    const auto may = room.context().disk().check_removal();
    if (!may) return room.reply_error(stanza, may.error());
    Destruction destruction;
    if (const auto alternate = element->attribute("jid"); alternate && !alternate->empty()) {
      const auto jid = Jid::parse(*alternate);
      if (!jid) return room.reply_error(stanza, {ErrorKind::jid_malformed, jid.error().text});
      destruction.alternate = jid->str();
    }
    destruction.reason = cut_reason(element->child_text("reason", ns::muc_owner));
    destruction.password = element->child_text("password", ns::muc_owner);
    if (destruction.password.size() > password_bytes_max) destruction.password.clear();
    destroy(room, destruction);
    return room.reply(stanza);
  }
  if (const auto x = query.child("x", ns::data_forms)) return handle_owner_form(room, stanza, *x);
  room.reply_error(stanza, {ErrorKind::bad_request, "The query has neither a form nor <destroy/>."});
}

void send_changes(Room& room, const std::vector<int>& codes) {
  if (codes.empty()) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("x", ns::muc_user);
  for (const int code : codes) writer.open("status").attribute("code", std::to_string(code)).close();
  writer.close();
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::groupchat, std::move(payload));
  message.from = room.jid();
  room.traffic()->send_all(std::move(message), room.occupants.recipients());
}

void apply_config(Room& room, const ConfigChange& change) {
  const bool was_locked = room.locked;
  for (const auto& [jid, affiliation] : list_changes(room, change)) {
    change_affiliation(room, jid, make_affiliated(room, jid, affiliation), {});
  }
  const RoomConfig before = room.config;
  room.config = change.config;
  room.config.counts_for = before.counts_for;
  if (was_locked) {
    room.traffic()->wait_for(store_everything(room));
    if (room.config.members_only) remove_non_members(room);  // the maker, who has made it for others
    return;                                                  // nobody else is here, and they asked for it
  }
  if (room.config == before) return;
  room.traffic()->wait_for(room.store_config(RoomChanged{{room.jid().str()}}));
  if (room.config.members_only && !before.members_only) remove_non_members(room);
  if (before.moderated && !room.config.moderated) {
    std::vector<Occupant*> silent;
    room.occupants.for_each([&](const Occupant& each) {
      if (each.role == Role::visitor) silent.push_back(room.occupants.find(each.nick()));
    });
    for (Occupant* occupant : silent) set_role(room, *occupant, Role::participant, {});
  }
  send_changes(room, changes_for_message(before, room.config));
}

void destroy(Room& room, const Destruction& destruction) {
  room.traffic()->wait_for(room.remove_stored());
  std::string extra;
  xml::Writer writer(extra);
  writer.open("destroy");
  if (!destruction.alternate.empty()) writer.attribute("jid", destruction.alternate);
  if (!destruction.password.empty()) writer.leaf("password", destruction.password);
  if (!destruction.reason.empty()) writer.leaf("reason", destruction.reason);
  writer.close();
  send_everybody_away(room, {}, extra);
  room.occupants = Occupants();
  room.destroyed = true;
}

}  // namespace teahouse::muc
