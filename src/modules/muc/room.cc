#include "modules/muc/room.h"

#include <algorithm>

#include "base/random.h"
#include "server/module_context.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {

Room::Room(ModuleContext& context, HostPtr room_host, BareJid jid, StoredRoom stored)
    : host(std::move(room_host)),
      config(std::move(stored.config)),
      subject(std::move(stored.subject)),
      affiliations(std::move(stored.affiliations)),
      registration_requests(std::move(stored.registration_requests)),
      versions(std::move(stored.versions)),
      hats(std::move(stored.hats)),
      picture_hashes(std::move(stored.picture_hashes)),
      made_ms(context.clock().monotonic_ms()),
      invitations(std::move(stored.invitations)),
      context_(context),
      jid_(std::move(jid)),
      storage_(context, *host->tenant),
      traffic_(std::make_shared<Traffic>(context)) {
  checker_.check();
  empty_since_ms = made_ms;
  slow_mode_stored_ = !stored.spoke_ms.empty();
  // A wall clock that was set back makes nobody wait longer than from now on.
  for (const auto& [occupant, wall_ms] : stored.spoke_ms) {
    slow_mode.restore(occupant, made_ms - std::max<int64_t>(0, context.clock().wall_ms() - wall_ms));
  }
}

Affiliation Room::affiliation_of(const BareJid& user) const {
  const Affiliation listed = listed_affiliation_of(user);
  if (listed != Affiliation::none && listed != Affiliation::member) return listed;
  const bool is_staff = user.domainpart() == tenant().domain() && tenant().staff->has(user.localpart());
  return is_staff ? Affiliation::admin : listed;
}

Affiliation Room::listed_affiliation_of(const BareJid& user) const {
  checker_.check();
  const auto found = affiliations.find(user);
  return found == affiliations.end() ? Affiliation::none : found->second.affiliation;
}

Standing Room::standing_of(const Jid& user) const {
  const Occupant* occupant = occupants.find_by_session(user);
  return {affiliation_of(user.bare()), occupant ? occupant->role : Role::none};
}

const BareJid* Room::find_nick_owner(const Nick& nick) const {
  for (const auto& [user, affiliated] : affiliations) {
    if (affiliated.nick == nick) return &user;
  }
  return nullptr;
}

size_t Room::count(Affiliation affiliation) const {
  return static_cast<size_t>(std::count_if(affiliations.begin(), affiliations.end(),
                                           [&](const auto& each) { return each.second.affiliation == affiliation; }));
}

bool Room::may_enter(const BareJid& user) const {
  const Affiliation affiliation = affiliation_of(user);
  if (affiliation == Affiliation::outcast) return false;
  if (locked) return affiliation == Affiliation::owner || !occupants.find_by_account(user).empty();
  return !config.members_only || affiliation >= Affiliation::member;
}

bool Room::may_look_inside(const Jid& user) const {
  const BareJid account = user.bare();
  if (!may_enter(account)) return false;
  if (config.password.empty() || affiliation_of(account) >= Affiliation::member) return true;
  return !occupants.find_by_account(account).empty();
}

Lsn Room::set_affiliation(const BareJid& user, Affiliated affiliated) {
  remove_registration_request(user);
  note_change(user, listed_affiliation_of(user), affiliated.affiliation);
  if (affiliated.affiliation == Affiliation::none) {
    affiliations.erase(user);
    if (locked) return Lsn::none;
    const Lsn lsn = storage_.remove_affiliation(jid_, user);
    return names(user) ? lsn : storage_.remove_mention(jid_, user);
  }
  const Affiliated& kept = affiliations.insert_or_assign(user, std::move(affiliated)).first->second;
  return locked ? Lsn::none : storage_.store_affiliation(jid_, user, kept);
}

void Room::note_change(const BareJid& user, Affiliation before, Affiliation after) {
  if (before == after) return;
  begin_versions();
  const AffiliationChange& change = versions.add(user, before, after);
  if (!locked) storage_.store_change(jid_, change);
  if (!versions.is_too_long()) return;
  const AffiliationChange oldest = versions.changes().front();
  versions.drop_oldest();
  if (locked) return;
  storage_.remove_change(jid_, oldest);
  if (!names(oldest.user) && oldest.user != user) storage_.remove_mention(jid_, oldest.user);
}

Lsn Room::begin_versions() {
  if (!versions.nonce().empty()) return Lsn::none;
  versions.begin(random_token(versions_nonce_characters));
  return locked ? Lsn::none : storage_.store_versions(jid_, versions.nonce());
}

Lsn Room::store_versions() {
  for (const auto& change : versions.changes()) storage_.store_change(jid_, change);
  return storage_.store_versions(jid_, versions.nonce());
}

Lsn Room::forget_in_versions(const BareJid& user) {
  if (!versions.names(user)) return Lsn::none;
  const std::deque<AffiliationChange> gone = versions.changes();
  versions.begin(random_token(versions_nonce_characters));
  if (locked) return Lsn::none;
  Lsn last = storage_.store_versions(jid_, versions.nonce());
  for (const auto& change : gone) last = storage_.remove_change(jid_, change);
  for (const auto& change : gone) {
    if (!names(change.user)) last = storage_.remove_mention(jid_, change.user);
  }
  return last;
}

Lsn Room::set_worn(const BareJid& user, HatUris uris) {
  if (!uris.empty()) {
    const HatUris& kept = hats.worn.insert_or_assign(user, std::move(uris)).first->second;
    return storage_.store_worn(jid_, user, kept);
  }
  if (hats.worn.erase(user) == 0) return Lsn::none;
  const Lsn lsn = storage_.remove_worn(jid_, user);
  return names(user) ? lsn : storage_.remove_mention(jid_, user);
}

Lsn Room::set_registration_request(const BareJid& user, Nick nick) {
  const Nick& kept = registration_requests.insert_or_assign(user, std::move(nick)).first->second;
  return locked ? Lsn::none : storage_.store_registration_request(jid_, user, kept);
}

Lsn Room::remove_registration_request(const BareJid& user) {
  if (registration_requests.erase(user) == 0 || locked) return Lsn::none;
  const Lsn lsn = storage_.remove_registration_request(jid_, user);
  return names(user) ? lsn : storage_.remove_mention(jid_, user);
}

Lsn Room::store_config(EventBody event) {
  if (locked) return Lsn::none;
  return context_.record(tenant(), std::move(event),
                         [this](const store::Companion* with) { return storage_.store_config(jid_, config, with); });
}

bool Room::names(const BareJid& user) const {
  return config.counts_for == user.str() || affiliations.contains(user) || registration_requests.contains(user) ||
         versions.names(user) || hats.worn.contains(user) ||
         std::any_of(invitations.begin(), invitations.end(), [&](const auto& each) { return each.second.names(user); });
}

Lsn Room::remove_stored() {
  std::vector<BareJid> named;
  for (const auto& [user, affiliated] : affiliations) named.push_back(user);
  for (const auto& [user, nick] : registration_requests) named.push_back(user);
  for (const auto& change : versions.changes()) named.push_back(change.user);
  for (const auto& [user, uris] : hats.worn) named.push_back(user);
  for (const auto& [number, invitation] : invitations) {
    named.push_back(invitation.invitee);
    named.push_back(invitation.inviter);
  }
  if (const auto holder = BareJid::parse(config.counts_for); holder && !affiliations.contains(*holder)) {
    named.push_back(*holder);
  }
  if (!config.counts_for.empty()) tenant().meter->rooms_made.give_back(config.counts_for);
  config.counts_for.clear();
  if (locked) return Lsn::none;
  return context_.record(tenant(), RoomRemoved{{jid_.str()}},
                         [&](const store::Companion* event) { return storage_.remove_room(jid_, named, event); });
}

Lsn Room::store_subject() { return locked ? Lsn::none : storage_.store_subject(jid_, subject); }

Lsn Room::store_slow_mode() {
  const Clock& clock = context_.clock();
  std::map<std::string, int64_t> waiting = slow_mode.waiting(clock.monotonic_ms(), config.slow_mode_s);
  if (locked || (waiting.empty() && !slow_mode_stored_)) return Lsn::none;
  for (auto& [occupant, spoke_ms] : waiting) spoke_ms += clock.wall_ms() - clock.monotonic_ms();
  slow_mode_stored_ = !waiting.empty();
  return storage_.store_slow_mode(jid_, waiting);
}

void Room::reply(const Stanza& request, std::string payload) const {
  traffic_->answer(Stanza::make_reply(request, StanzaType::result, std::move(payload)));
}

void Room::reply_error(const Stanza& request, const Error& error) const {
  // A room that is full is worth another try (XEP-0045 section 7.2.9).
  const bool is_full = request.kind == StanzaKind::presence && error.kind == ErrorKind::service_unavailable;
  reply_error(request, error, is_full ? ErrorType::wait : default_type(error.kind));
}

void Room::reply_error(const Stanza& request, const Error& error, ErrorType type) const {
  if (request.type == StanzaType::error || request.type == StanzaType::result) return;
  Stanza answer = make_error(request, error, type);
  // Clients know by this that the error is the room's answer to an attempt to enter.
  if (request.kind == StanzaKind::presence) answer.stamp("<x xmlns='http://jabber.org/protocol/muc'/>");
  traffic_->answer(std::move(answer));
}

}  // namespace teahouse::muc
