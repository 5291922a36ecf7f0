#include "modules/muc/versioning.h"

#include <algorithm>

#include "base/random.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

constexpr size_t part_bytes_max = 16 * 1024;

Readable readable_by(const Room& room, const Occupant& occupant) {
  const Standing who{room.affiliation_of(occupant.real), occupant.role};
  if (may_read_list(room.config, who, Affiliation::outcast)) return Readable::everything;
  return may_read_list(room.config, who, Affiliation::member) ? Readable::people : Readable::nothing;
}

// As the reader may see it: without the list of outcasts a ban is the end of another affiliation.
Affiliation shown_of(const Room& room, const BareJid& user, Readable readable) {
  const Affiliation listed = room.listed_affiliation_of(user);
  return listed == Affiliation::outcast && readable == Readable::people ? Affiliation::none : listed;
}

void send_message(const Room& room, const FullJid& to, std::string payload, StanzaType type = StanzaType::none) {
  Stanza message = Stanza::make(StanzaKind::message, type, std::move(payload));
  message.from = room.jid();
  message.to = to;
  room.traffic()->send(std::move(message));
}

void refuse(const Room& room, const FullJid& to) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("error").attribute("type", "auth").attribute("by", room.jid().str());
  writer.open(to_string(ErrorKind::forbidden), ns::stanzas_error).close();
  writer.leaf("text", "You may not read this room's lists of affiliations.", ns::stanzas_error).close();
  send_message(room, to, std::move(payload), StanzaType::error);
}

// `since`: empty for the whole list. A version between two parts is one that nobody knows, for those who stop there.
void send_list(const Room& room, const FullJid& to, Readable readable, const std::vector<BareJid>& users,
               std::string since) {
  std::vector<std::string> parts(1);
  for (const BareJid& user : users) {
    if (parts.back().size() >= part_bytes_max) parts.emplace_back();
    xml::Writer writer(parts.back());
    writer.open("item").attribute("jid", user.str());
    writer.attribute("affiliation", to_string(shown_of(room, user, readable))).close();
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool is_last = i + 1 == parts.size();
    const std::string until = is_last ? room.versions.current(readable) : "part-" + random_token(16);
    std::string payload;
    xml::Writer writer(payload);
    writer.open("x", ns::muc_user).open("mav", ns::muc_affiliations);
    if (!since.empty()) writer.attribute("since", since);
    writer.attribute("until", until).close().raw(parts[i]).close();
    send_message(room, to, std::move(payload));
    since = until;
  }
}

std::vector<BareJid> list_of(const Room& room, Readable readable) {
  std::vector<BareJid> users;
  for (const auto& [user, affiliated] : room.affiliations) {
    if (shown_of(room, user, readable) != Affiliation::none) users.push_back(user);
  }
  return users;
}

OccupantSession& session_of(Occupant& occupant, const FullJid& jid) {
  return *std::find_if(occupant.sessions.begin(), occupant.sessions.end(),
                       [&](const auto& each) { return each.jid == jid; });
}

}  // namespace

Readable readable_by(const Room& room, const Occupant& occupant, const OccupantSession& session) {
  return session.follows_versions ? readable_by(room, occupant) : Readable::nothing;
}

void send_versioned_list(Room& room, const FullJid& session, const Stanza& presence) {
  Occupant& occupant = *room.occupants.find_by_session(session);
  const auto x = presence.child("x", ns::muc);
  const auto mav = x ? x->child("mav", ns::muc_affiliations) : std::nullopt;
  session_of(occupant, session).follows_versions = mav.has_value();
  if (!mav) return;
  const Readable readable = readable_by(room, occupant);
  if (readable == Readable::nothing) return refuse(room, session);
  room.traffic()->wait_for(room.begin_versions());
  const std::string known(mav->attribute("since").value_or(""));
  const auto changed = room.versions.since(readable, known);
  if (!changed) return send_list(room, session, readable, list_of(room, readable), {});
  if (!changed->empty()) send_list(room, session, readable, *changed, known);
}

void send_newest_change(Room& room) {
  if (room.versions.changes().empty()) return;
  const BareJid& user = room.versions.changes().back().user;
  room.occupants.for_each([&](const Occupant& each) {
    for (const auto& session : each.sessions) {
      const Readable readable = readable_by(room, each, session);
      const auto since = readable == Readable::nothing ? std::nullopt : room.versions.before_newest(readable);
      if (!since) continue;
      std::string payload;
      xml::Writer writer(payload);
      writer.open("x", ns::muc_user).open("mav", ns::muc_affiliations).attribute("since", *since);
      writer.attribute("until", room.versions.current(readable)).close();
      writer.open("item").attribute("jid", user.str()).attribute("role", to_string(Role::none));
      writer.attribute("affiliation", to_string(shown_of(room, user, readable))).close().close();
      send_message(room, session.jid, std::move(payload));
    }
  });
}

}  // namespace teahouse::muc
