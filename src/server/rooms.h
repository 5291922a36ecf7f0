// Rooms: what the HTTP API needs of the rooms of a tenant. Implemented by modules/muc, which the API may not include.
//
// Thread: any; tasks go on on `home`. Names are a room's localpart as the site writes it; addresses are made by the
// implementation. Errors: item_not_found for a room or member that is not there; resource_constraint at the plan's
// rooms or members.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/task.h"
#include "server/commit_ticket.h"
#include "store/stores.h"
#include "tenant/tenant.h"

namespace teahouse {

// The room that every site has without making it. It is there as soon as somebody enters it or says something in it.
inline constexpr std::string_view lobby_room = "lobby";

struct RoomInfo {
  std::string id;  // localpart, unescaped
  std::string jid;
  std::string name, description, subject;
  bool is_public = true, members_only = false, moderated = false, persistent = true;
  int64_t occupants = 0;
  std::vector<std::string> members;   // user ids of the tenant's own accounts that are member, admin or owner
  std::vector<std::string> outcasts;  // the same of those that are banned
};
struct RoomPage {
  std::vector<RoomInfo> rooms;
  std::string next_cursor;
};
struct RoomChange {
  std::optional<std::string> name, description, subject;
  std::optional<bool> is_public, members_only, moderated;
  std::optional<std::string> owner;                 // user id
  std::optional<std::vector<std::string>> members;  // user ids; adds, removes nobody
};

class Rooms {
 public:
  virtual ~Rooms() = default;
  // Makes it (persistent) or changes it. `created` says which.
  struct Put {
    RoomInfo room;
    bool created;
  };
  virtual Task<Result<Put>> put(Executor& home, TenantPtr tenant, std::string id, RoomChange change) = 0;
  virtual Task<Result<RoomInfo>> find(Executor& home, TenantPtr tenant, std::string id) = 0;
  // By address; `cursor` is a page's next_cursor, at first empty; an empty next_cursor is the end.
  virtual Task<Result<RoomPage>> list(Executor& /*home*/, TenantPtr /*tenant*/, std::string /*cursor*/,
                                      size_t /*rows_max*/) {
    co_return Error{ErrorKind::feature_not_implemented, "Rooms cannot be listed yet."};
  }
  virtual Task<Result<void>> remove(Executor& home, TenantPtr tenant, std::string id) = 0;
  // `affiliation`: member, admin, owner, none, outcast. `user` is a user id.
  virtual Task<Result<void>> set_member(Executor& home, TenantPtr tenant, std::string id, std::string user,
                                        std::string affiliation) = 0;
  // Says something in the room for one who need not be in it. Ends when it is on disk; the archive id of the message.
  struct Speech {
    std::string name;  // the speaker's; the room hears it by the nearest nick
    std::string user;  // whose word it is: a user id; empty: the site's own
    std::string payload;
    std::string id;           // of the message
    int64_t incarnation = 0;  // of the user's account
  };
  virtual Task<Result<store::ArchiveId>> say(Executor& home, TenantPtr tenant, std::string id, Speech speech) = 0;
  virtual Task<Result<store::ArchivePage>> messages(Executor& home, TenantPtr tenant, std::string id,
                                                    store::ArchiveQuery query) = 0;
  // Takes back what was said in the room; `reason`: what those in it are told, or empty. Errors: item_not_found also
  // for a message that was taken back before; not_acceptable for one that nobody has said.
  virtual Task<Result<void>> retract(Executor& home, TenantPtr tenant, std::string id, store::ArchiveId message,
                                     std::string reason) = 0;
  // The occupant-id in the room's messages of this account (XEP-0421), which those of one that had its name before do
  // not bear.
  virtual Result<std::string> occupant_id(const Tenant& tenant, const std::string& id, const std::string& localpart,
                                          int64_t incarnation) const = 0;
  // The user ids of those in the room now.
  virtual Task<Result<std::vector<std::string>>> occupants(Executor& home, TenantPtr tenant, std::string id) = 0;
};

}  // namespace teahouse
