// Storage: what the data plane keeps of a tenant's rooms: a list with every room's configuration, and for each room its
// affiliations with their last changes, registration requests, invitations, hats, subject and vCard; and the archive of
// their messages.
//
// A room exists when it is in the list. Its affiliations are written before its entry there, and removed after it, so
// that after a crash (which keeps a prefix of the writes) a room that exists is whole. Each user that it names has a
// mention.
//
// Thread: any; the tasks go on on `home`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/muc/config.h"
#include "modules/muc/hats.h"
#include "modules/muc/nick.h"
#include "modules/muc/versions.h"
#include "server/mentions.h"
#include "store/stores.h"
#include "tenant/tenant.h"
#include "xmpp/jid.h"

namespace teahouse {
class SharedContext;
}

namespace teahouse::muc {

struct Subject {
  std::string text;
  std::string nick;    // of its author; empty: nobody, or the site
  int64_t set_ms = 0;  // 0: never set
};

// Affiliated: the row of a user who has an affiliation other than none.
struct Affiliated {
  Affiliation affiliation = Affiliation::member;
  std::optional<Nick> nick;  // reserved for the user
  std::string reason;        // of a ban
};
using AffiliationList = std::map<BareJid, Affiliated>;
// Users who would like to be registered with the room, and the nick that each has chosen.
using RegistrationRequests = std::map<BareJid, Nick>;

// Invitation: the invitee may decline to the inviter.
struct Invitation {
  BareJid invitee, inviter;

  bool names(const BareJid& user) const { return invitee == user || inviter == user; }
};
using Invitations = std::map<int64_t, Invitation>;  // by number, the newest last

struct StoredRoom {
  RoomConfig config;
  Subject subject;
  AffiliationList affiliations;
  RegistrationRequests registration_requests;
  AffiliationVersions versions;
  Hats hats;
  std::vector<std::string> picture_hashes;
  Invitations invitations;
  std::map<std::string, int64_t> spoke_ms;  // in slow mode; by occupant-id, by the wall clock
};

struct ListedRoom {
  BareJid jid;
  RoomConfig config;
};

class Storage {
 public:
  Storage(const SharedContext& context, const Tenant& tenant);

  // Each gives the Lsn of its last write.
  // `event` goes with the write that makes the room one that exists, or ends that.
  Lsn store_config(const BareJid& room, const RoomConfig& config, const store::Companion* event = nullptr) const;
  Lsn store_subject(const BareJid& room, const Subject& subject) const;
  Lsn store_affiliation(const BareJid& room, const BareJid& user, const Affiliated& affiliated) const;
  Lsn remove_affiliation(const BareJid& room, const BareJid& user) const;
  Lsn store_registration_request(const BareJid& room, const BareJid& user, const Nick& nick) const;
  Lsn remove_registration_request(const BareJid& room, const BareJid& user) const;
  // Of its AffiliationVersions. A change is written before the affiliation that it tells of, so that none is missed.
  Lsn store_versions(const BareJid& room, std::string_view nonce) const;
  Lsn store_change(const BareJid& room, const AffiliationChange& change) const;
  Lsn remove_change(const BareJid& room, const AffiliationChange& change) const;
  Lsn store_hat(const BareJid& room, std::string_view uri, const Hat& hat) const;
  Lsn remove_hat(const BareJid& room, std::string_view uri) const;
  Lsn store_worn(const BareJid& room, const BareJid& user, const HatUris& uris) const;
  Lsn remove_worn(const BareJid& room, const BareJid& user) const;
  Lsn store_invitation(const BareJid& room, int64_t number, const Invitation& invitation) const;
  Lsn remove_invitation(const BareJid& room, int64_t number) const;
  Lsn store_slow_mode(const BareJid& room, const std::map<std::string, int64_t>& spoke_ms) const;  // or none
  // An empty vCard: there is none any more. `hashes`: of its pictures, in hex.
  Lsn store_vcard(const BareJid& room, std::string_view vcard, const std::vector<std::string>& hashes,
                  const store::Companion* event = nullptr) const;
  Task<Result<std::optional<std::string>>> load_vcard(Executor& home, BareJid room) const;
  // The room names the user in nothing any more.
  Lsn remove_mention(const BareJid& room, const BareJid& user) const;
  // Removes the room, everything that was said in it, and the mentions of those that it named.
  Lsn remove_room(const BareJid& room, const std::vector<BareJid>& named,
                  const store::Companion* event = nullptr) const;

  Task<Result<std::optional<StoredRoom>>> load(Executor& home, BareJid room) const;
  // In the order of their addresses' bytes. Those behind `after`, until they have so many bytes; none: there are no
  // more.
  Task<Result<std::vector<ListedRoom>>> list(Executor& home, std::string after = {},
                                             size_t bytes_enough = SIZE_MAX) const;
  // The rooms, of all tenants, in which somebody has an affiliation or whose share they are.
  static Mentions mentions(const SharedContext& context);

  const store::ArchiveStore& archive() const { return archive_; }

 private:
  Mention make_mention(const BareJid& room, const BareJid& user) const;

  TenantId tenant_;
  std::string accounts_domain_;  // of the tenant
  store::MapStore map_, vcards_;
  Mentions mentions_;
  store::ArchiveStore archive_;
};

// How a configuration is written; read_config takes defaults for what is missing, and gives none for what can't be
// read.
std::string write_config(const RoomConfig& config);
std::optional<RoomConfig> read_config(std::string_view text);

}  // namespace teahouse::muc
