#include "modules/muc/admin.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "modules/muc/affiliations.h"
#include "modules/muc/invite.h"
#include "server/module_context.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

struct Item {
  std::optional<Affiliation> affiliation;
  std::optional<Role> role;
  std::optional<BareJid> jid;       // of an affiliation item, always set once it is checked
  std::optional<std::string> nick;  // as written; empty, of an affiliation item: none is reserved any more
  std::string reason;
};

Result<Item> parse_item(const xml::Element& element) {
  Item item;
  const auto affiliation = element.attribute("affiliation");
  const auto role = element.attribute("role");
  if (affiliation.has_value() == role.has_value()) {
    return Error{ErrorKind::bad_request, "An item has either an affiliation or a role."};
  }
  if (affiliation) item.affiliation = find_affiliation(*affiliation);
  if (role) item.role = find_role(*role);
  if (!item.affiliation && !item.role) return Error{ErrorKind::bad_request, "There is no such affiliation or role."};
  item.nick = element.attribute("nick");
  item.reason = cut_reason(element.child_text("reason", ns::muc_admin));
  if (const auto jid = element.attribute("jid")) {
    const auto parsed = Jid::parse(*jid);
    if (!parsed) return Error{ErrorKind::jid_malformed, parsed.error().text};
    item.jid = parsed->bare();
  }
  return item;
}

Result<std::vector<Item>> parse_items(const xml::Element& query) {
  std::vector<Item> items;
  for (auto child = query.first_child(); child; child = child->next_sibling()) {
    if (!child->is("item", ns::muc_admin)) continue;
    if (items.size() == items_per_request_max) return Error{ErrorKind::not_acceptable, "Too many items at once."};
    auto item = parse_item(*child);
    if (!item) return item.error();
    items.push_back(std::move(*item));
  }
  if (items.empty()) return Error{ErrorKind::bad_request, "The query has no <item/>."};
  return items;
}

Result<void> check_role_item(const Room& room, const Standing& actor, const Item& item) {
  if (actor.role != Role::moderator) return Error{ErrorKind::forbidden, "Only moderators change roles."};
  if (!item.nick) return Error{ErrorKind::bad_request, "A role belongs to a nick."};
  const Occupant* target = room.occupants.find(*item.nick);
  if (!target) return Error{ErrorKind::item_not_found, "There is nobody here called '" + *item.nick + "'."};
  return check_role_change(actor, {room.affiliation_of(target->real), target->role}, *item.role);
}

Result<void> check_reserved_nick(const Room& room, const Item& item) {
  if (!item.nick || item.nick->empty()) return {};
  const auto nick = Nick::parse(*item.nick);
  if (!nick) return nick.error();
  const BareJid* owner = room.find_nick_owner(*nick);
  if (owner && *owner != *item.jid) return Error{ErrorKind::conflict, "This nick is reserved for somebody else."};
  return {};
}

// Clients send lists whole: an item that leaves everything as it is needs no right to change it.
bool changes_nothing(const Room& room, const Item& item) {
  const auto known = room.affiliations.find(*item.jid);
  const Affiliated now = known == room.affiliations.end() ? Affiliated{Affiliation::none, {}, {}} : known->second;
  if (now.affiliation != *item.affiliation) return false;
  return !item.nick || *item.nick == (now.nick ? now.nick->str() : std::string());
}

Result<void> check_affiliation_item(const Room& room, const Stanza& stanza, Item& item) {
  const BareJid actor = stanza.from->bare();
  const Affiliation own = room.affiliation_of(actor);
  if (own < Affiliation::admin) return Error{ErrorKind::forbidden, "Only admins and owners change affiliations."};
  if (!item.jid) {
    const Occupant* named = item.nick ? room.occupants.find(*item.nick) : nullptr;
    if (!named) return Error{ErrorKind::bad_request, "An affiliation belongs to the address of a user."};
    item.jid = named->real;
    item.nick.reset();
  }
  if (!item.jid->has_localpart()) return Error{ErrorKind::jid_malformed, "An affiliation is a user's, not a server's."};
  if (*item.jid == actor && *item.affiliation == Affiliation::outcast) {
    return Error{ErrorKind::conflict, "You cannot ban yourself."};
  }
  if (changes_nothing(room, item)) return {};
  const auto allowed = check_affiliation_change(own, room.affiliation_of(*item.jid), *item.affiliation);
  if (!allowed) return allowed;
  return check_reserved_nick(room, item);
}

// The lists as they would be: an owner is left, nick reservations do not clash, and there is space.
Result<void> check_outcome(const Room& room, const std::vector<Item>& items) {
  std::map<BareJid, Affiliation> wanted;
  const store::DiskHealth& health = room.context().disk();
  std::map<std::string, BareJid> nicks;
  for (const Item& item : items) {
    if (!item.affiliation) continue;
    wanted[*item.jid] = *item.affiliation;
    const bool removes = *item.affiliation == Affiliation::none || *item.affiliation == Affiliation::outcast;
    const auto may = removes ? health.check_removal() : health.check_addition();
    if (!may) return may;
    const auto nick = Nick::parse(item.nick.value_or(""));
    if (!nick) continue;
    const auto [at, added] = nicks.emplace(nick->key(), *item.jid);
    if (!added && at->second != *item.jid) return Error{ErrorKind::conflict, "One nick is reserved for two users."};
  }
  return check_affiliations(room, wanted);
}

void apply_role(Room& room, const Item& item, PresenceNotes notes) {
  Occupant* target = room.occupants.find(*item.nick);
  if (!target) return;  // an item before this one removed the target
  if (*item.role == Role::none) {
    notes.codes = {307};
    remove_occupant(room, *target, notes);
  } else if (*item.role != target->role) {
    set_role(room, *target, *item.role, notes);
  }
}

void apply_affiliation(Room& room, const Stanza& stanza, const Item& item, const PresenceNotes& notes) {
  const Affiliation before = room.affiliation_of(*item.jid);
  Affiliated affiliated = make_affiliated(room, *item.jid, *item.affiliation);
  if (*item.affiliation == Affiliation::outcast) {
    affiliated.reason = item.reason;
  } else if (item.nick) {
    affiliated.nick.reset();
    if (auto nick = Nick::parse(*item.nick)) affiliated.nick = std::move(*nick);
  }
  change_affiliation(room, *item.jid, std::move(affiliated), notes);
  const bool may_come_now = before == Affiliation::none && *item.affiliation >= Affiliation::member;
  if (room.config.members_only && may_come_now && room.occupants.find_by_account(*item.jid).empty()) {
    send_invitation(room, stanza.from->bare(), {*item.jid, item.reason, {}});
  }
}

void write_affiliations(const Room& room, xml::Writer& writer, Affiliation wanted) {
  for (const auto& [jid, affiliated] : room.affiliations) {
    if (affiliated.affiliation != wanted) continue;
    writer.open("item").attribute("affiliation", to_string(wanted)).attribute("jid", jid.str());
    if (affiliated.nick) writer.attribute("nick", affiliated.nick->str());
    if (!affiliated.reason.empty()) writer.leaf("reason", affiliated.reason);
    writer.close();
  }
}

void write_roles(const Room& room, xml::Writer& writer, Role wanted) {
  room.occupants.for_each([&](const Occupant& each) {
    if (each.role != wanted) return;
    writer.open("item").attribute("affiliation", to_string(room.affiliation_of(each.real)));
    writer.attribute("jid", each.shown().jid.str()).attribute("nick", each.nick());
    writer.attribute("role", to_string(wanted)).close();
  });
}

// CVE-2021-37601: a list goes to those that may read it and to nobody else.
Result<void> check_reader(const Room& room, const Standing& reader, const Item& item) {
  if (item.affiliation) {
    if (*item.affiliation == Affiliation::none) return Error{ErrorKind::bad_request, "There is no list of the rest."};
    if (may_read_list(room.config, reader, *item.affiliation)) return {};
  } else {
    if (*item.role == Role::none) return Error{ErrorKind::bad_request, "There is no list of those who are not here."};
    if (reader.role == Role::moderator || reader.affiliation >= Affiliation::admin) return {};
  }
  return Error{ErrorKind::forbidden, "You may not read this list."};
}

}  // namespace

void read_lists(Room& room, const Stanza& stanza, const xml::Element& query) {
  const auto items = parse_items(query);
  if (!items) return room.reply_error(stanza, items.error());
  const Standing reader = room.standing_of(*stanza.from);
  std::set<std::pair<std::optional<Affiliation>, std::optional<Role>>> lists;
  for (const Item& item : *items) {
    if (!lists.emplace(item.affiliation, item.role).second) {
      return room.reply_error(stanza, {ErrorKind::bad_request, "Ask for each list once."});
    }
    const auto allowed = check_reader(room, reader, item);
    if (!allowed) return room.reply_error(stanza, allowed.error());
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::muc_admin);
  for (const Item& item : *items) {
    if (item.affiliation) write_affiliations(room, writer, *item.affiliation);
    if (item.role) write_roles(room, writer, *item.role);
  }
  writer.close();
  room.reply(stanza, std::move(payload));
}

void change_lists(Room& room, const Stanza& stanza, const xml::Element& query) {
  auto items = parse_items(query);
  if (!items) return room.reply_error(stanza, items.error());
  const Standing actor = room.standing_of(*stanza.from);
  for (Item& item : *items) {
    if (item.jid) room.context().lead_to_account(*item.jid);
    const auto allowed = item.role ? check_role_item(room, actor, item) : check_affiliation_item(room, stanza, item);
    if (!allowed) return room.reply_error(stanza, allowed.error());
  }
  const auto possible = check_outcome(room, *items);
  if (!possible) return room.reply_error(stanza, possible.error());
  PresenceNotes notes;
  if (const Occupant* occupant = room.occupants.find_by_session(*stanza.from)) notes.actor_nick = occupant->nick();
  for (const Item& item : *items) {
    notes.reason = item.reason;
    if (item.role) {
      apply_role(room, item, notes);
    } else {
      apply_affiliation(room, stanza, item, notes);
    }
  }
  const BareJid changer = stanza.from->bare();
  room.pass_share(&changer);
  room.reply(stanza);
}

}  // namespace teahouse::muc
