// Occupants: the users in a room now, by nick and by session.
//
// Several sessions of one account may share a nick; they are one occupant, and what others see is the presence of the
// session that spoke up last. They are not kept anywhere: after a restart clients enter again.
//
// Thread: the room's home loop.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "modules/muc/affiliation.h"
#include "modules/muc/traffic.h"
#include "xmpp/stanza.h"

namespace teahouse::muc {

struct OccupantSession {
  FullJid jid;
  Stanza presence;                // make_shown() of what the client sent
  bool follows_versions = false;  // of affiliations (versioning.h)
};

struct Occupant {
  FullJid address;  // room@service/nick
  BareJid real;
  Role role;
  std::string occupant_id;
  std::vector<OccupantSession> sessions;  // never empty; the last one is shown
  std::string nick_key;                   // of nick(), as Nick has it

  std::string_view nick() const { return address.resourcepart(); }
  const OccupantSession& shown() const { return sessions.back(); }
};

class Occupants {
 public:
  // By the nick as anybody may write it.
  Occupant* find(std::string_view nick) const;
  Occupant* find_by_session(const Jid& session) const;
  // Those of one account; mostly none or one.
  std::vector<Occupant*> find_by_account(const BareJid& account) const;

  // In the order of the keys of their nicks. REQUIRES: `visit` adds and removes none.
  template <class F>
  void for_each(F&& visit) const {
    for (const auto& [nick, occupant] : by_nick_) visit(*occupant);
  }
  size_t size() const { return by_nick_.size(); }
  bool empty() const { return by_nick_.empty(); }

  // REQUIRES: the nick is free.
  Occupant& add(FullJid address, Role role, std::string occupant_id, OccupantSession first);
  void add_session(Occupant& occupant, OccupantSession session);
  // The session's presence is now this, and is what is shown.
  void set_presence(Occupant& occupant, const FullJid& session, Stanza presence);
  // REQUIRES: the occupant has another session.
  void remove_session(Occupant& occupant, const FullJid& session);
  // REQUIRES: the nick is free, or another spelling of the occupant's own.
  void rename(Occupant& occupant, FullJid address);
  void remove(Occupant& occupant);

  // Every session, for messages to all.
  Traffic::Recipients recipients() const;

 private:
  std::map<std::string, std::unique_ptr<Occupant>> by_nick_;  // by nick_key
  std::unordered_map<std::string, Occupant*> by_session_;
  mutable Traffic::Recipients recipients_;  // null: to be made anew
};

}  // namespace teahouse::muc
