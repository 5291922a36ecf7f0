// Room: a room that is in memory: its configuration, affiliations, subject and occupants, and the line of what it
// sends.
//
// The features (join, messages, admin...) are functions on it, a file each; they change it at once and send through
// traffic(), after a gate where something had to be stored first.
//
// Thread: its home loop, that of its bare JID.
// Limits: config.h and the plan.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/home_checker.h"
#include "events/event.h"
#include "modules/muc/config.h"
#include "modules/muc/occupant.h"
#include "modules/muc/request_rate.h"
#include "modules/muc/row_line.h"
#include "modules/muc/slow_mode.h"
#include "modules/muc/storage.h"
#include "modules/muc/traffic.h"
#include "server/commit_ticket.h"
#include "tenant/tenant.h"
#include "xmpp/stanza.h"

namespace teahouse {
class ModuleContext;
}

namespace teahouse::muc {

// Rows of messages that are to be taken back, and the messages that were while some of those rows, which are older than
// that, are on their way.
struct Burials {
  std::shared_ptr<RowLine> rows = std::make_shared<RowLine>();
  std::set<store::ArchiveId> done;
};

class Room {
 public:
  Room(ModuleContext& context, HostPtr host, BareJid jid, StoredRoom stored);

  const BareJid& jid() const { return jid_; }
  ModuleContext& context() const { return context_; }
  const Tenant& tenant() const { return *host->tenant; }
  const Storage& storage() const { return storage_; }
  const std::shared_ptr<Traffic>& traffic() const { return traffic_; }

  HostPtr host;
  RoomConfig config;
  Subject subject;
  AffiliationList affiliations;
  RegistrationRequests registration_requests;  // of users without affiliation
  AffiliationVersions versions;
  Hats hats;
  Occupants occupants;
  std::vector<std::string> picture_hashes;  // of the pictures in its vCard, in hex (XEP-0486)
  // Made, but not configured yet: only its owner is in it, and for everybody else it is not there. Nothing of it is
  // stored.
  bool locked = false;
  bool entered = false;    // somebody was in it since it was loaded
  bool destroyed = false;  // the service forgets it as soon as the work at hand is done
  int64_t empty_since_ms = 0;
  const int64_t made_ms;  // or loaded
  Burials burials;
  Invitations invitations;
  RequestRate voice_requests, registration_rate;
  SlowMode slow_mode;

  // The affiliation that holds: at least admin for the staff of the room's tenant, unless they were banned.
  Affiliation affiliation_of(const BareJid& user) const;
  Affiliation listed_affiliation_of(const BareJid& user) const;  // what the room's own lists say
  Standing standing_of(const Jid& user) const;  // the role is that of the session, none when it is not in the room
  // The account that this nick is reserved for; null: for nobody.
  const BareJid* find_nick_owner(const Nick& nick) const;
  size_t count(Affiliation affiliation) const;
  // May the user enter, or stay? A password, and how full the room is, are not looked at. The user who has made a
  // locked room for another owner may stay.
  bool may_enter(const BareJid& user) const;

  // May the user read what was said in the room, and what it is about? Its people may; strangers where they could come
  // in at once.
  bool may_look_inside(const Jid& user) const;

  // Sets an affiliation and stores it (nothing is stored of a locked room). The Lsn, or 0. It settles what the user has
  // asked for.
  Lsn set_affiliation(const BareJid& user, Affiliated affiliated);
  // The user asks for this nick, or for none any more.
  Lsn set_registration_request(const BareJid& user, Nick nick);
  Lsn remove_registration_request(const BareJid& user);
  // Gives the versions of affiliations a nonce, if they have none yet.
  Lsn begin_versions();
  Lsn store_versions();  // all of them
  // Nothing of the versions names the user any more. No version that was told is known from then on.
  Lsn forget_in_versions(const BareJid& user);
  // The user wears these hats, and no others. REQUIRES: the room is not locked.
  Lsn set_worn(const BareJid& user, HatUris uris);
  Lsn store_config(EventBody event = {});  // with the event of why
  Lsn store_subject();
  Lsn store_slow_mode();  // who has to wait; 0: nobody has, nor had

  // --- invitations.cc: which are remembered, and stored.
  // The oldest is forgotten where there are too many.
  void add_invitation(const BareJid& invitee, const BareJid& inviter);
  // False: there is none.
  bool remove_invitation(const BareJid& invitee, const BareJid& inviter);
  // All in which the user has a part.
  Lsn forget_invitations(const BareJid& user);
  // It ends: removes all that is stored of it (nothing is of a locked room), and takes it out of its share.
  Lsn remove_stored();

  // --- share.cc: whose share of the plan's rooms it is. It counts for the account that made it, as long as that owns
  // it, and after that until another owner, who has space in their own share, changes something of it, or the site
  // does: nobody can fill the share of somebody who has not agreed, nor empty their own by gifts to nobody.
  // To be called when an account (null: the site) has changed the room.
  void pass_share(const BareJid* actor);
  // The account was removed: the room counts for nobody.
  void forget_holder(const BareJid& user);

  // --- answers, in their turn in the line
  void reply(const Stanza& request, std::string payload = {}) const;
  // Errors, results and probes get none.
  void reply_error(const Stanza& request, const Error& error) const;
  void reply_error(const Stanza& request, const Error& error, ErrorType type) const;

 private:
  bool names(const BareJid& user) const;
  Lsn drop_invitation(Invitations::iterator invitation);
  void set_holder(std::string account);
  void note_change(const BareJid& user, Affiliation before, Affiliation after);

  ModuleContext& context_;
  const BareJid jid_;
  const Storage storage_;
  const std::shared_ptr<Traffic> traffic_;
  bool slow_mode_stored_ = false;
  HomeChecker checker_;
};

}  // namespace teahouse::muc
