#include "modules/muc/occupant.h"

#include <algorithm>
#include <cassert>

#include "xmpp/nickname.h"

namespace teahouse::muc {

Occupant* Occupants::find(std::string_view nick) const {
  const auto found = by_nick_.find(xmpp::make_nickname_key(nick));
  return found == by_nick_.end() ? nullptr : found->second.get();
}

Occupant* Occupants::find_by_session(const Jid& session) const {
  const auto found = by_session_.find(session.str());
  return found == by_session_.end() ? nullptr : found->second;
}

std::vector<Occupant*> Occupants::find_by_account(const BareJid& account) const {
  std::vector<Occupant*> found;
  for (const auto& [nick, occupant] : by_nick_) {
    if (occupant->real == account) found.push_back(occupant.get());
  }
  return found;
}

Occupant& Occupants::add(FullJid address, Role role, std::string occupant_id, OccupantSession first) {
  recipients_.reset();
  const std::string key = xmpp::make_nickname_key(address.resourcepart());
  const std::string session = first.jid.str();
  const BareJid real = first.jid.bare();
  auto made = std::make_unique<Occupant>(Occupant{std::move(address), real, role, std::move(occupant_id), {}, key});
  made->sessions.push_back(std::move(first));
  Occupant& occupant = *made;
  [[maybe_unused]] const auto [at, added] = by_nick_.emplace(key, std::move(made));
  assert(added);
  by_session_[session] = &occupant;
  return occupant;
}

void Occupants::add_session(Occupant& occupant, OccupantSession session) {
  recipients_.reset();
  by_session_[session.jid.str()] = &occupant;
  occupant.sessions.push_back(std::move(session));
}

void Occupants::set_presence(Occupant& occupant, const FullJid& session, Stanza presence) {
  auto& sessions = occupant.sessions;
  const auto at = std::find_if(sessions.begin(), sessions.end(), [&](const auto& each) { return each.jid == session; });
  assert(at != sessions.end());
  at->presence = std::move(presence);
  std::rotate(at, at + 1, sessions.end());
}

void Occupants::remove_session(Occupant& occupant, const FullJid& session) {
  recipients_.reset();
  by_session_.erase(session.str());
  std::erase_if(occupant.sessions, [&](const auto& each) { return each.jid == session; });
  assert(!occupant.sessions.empty());
}

void Occupants::rename(Occupant& occupant, FullJid address) {
  auto node = by_nick_.extract(occupant.nick_key);
  occupant.address = std::move(address);
  node.key() = occupant.nick_key = xmpp::make_nickname_key(occupant.nick());
  by_nick_.insert(std::move(node));
}

void Occupants::remove(Occupant& occupant) {
  recipients_.reset();
  for (const auto& session : occupant.sessions) by_session_.erase(session.jid.str());
  by_nick_.erase(std::string(occupant.nick_key));
}

Traffic::Recipients Occupants::recipients() const {
  if (!recipients_) {
    auto made = std::make_shared<std::vector<FullJid>>();
    made->reserve(by_session_.size());
    for (const auto& [nick, occupant] : by_nick_) {
      for (const auto& session : occupant->sessions) made->push_back(session.jid);
    }
    recipients_ = std::move(made);
  }
  return recipients_;
}

}  // namespace teahouse::muc
