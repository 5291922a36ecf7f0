// Service: a home's rooms: in memory and not, from the first stanza for one to its end.
//
// A room is loaded when something is asked of it; what comes meanwhile waits in order. A persistent one leaves memory
// when nobody was in it and nothing was asked of it for a while (sleep.cc); a temporary one ends with its last occupant
// (or, after a restart, when nobody has come back in time), and one that nobody configures ends too.
//
// Thread: its home loop.
// Owns: the rooms.
// Limits: of rooms in which nobody is, IdleRooms::rooms_max are in memory, and those on which something is under way.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "modules/muc/idle_rooms.h"
#include "modules/muc/room.h"
#include "modules/muc/search.h"
#include "net/loop.h"
#include "server/loading.h"

namespace teahouse::muc {

class Service {
 public:
  static constexpr int64_t sweep_every_ms = 30'000;
  static constexpr int64_t doze_every_ms = 100;  // so often at most it is looked which rooms are due to leave memory
  static constexpr int64_t sleepless_ms = 500;   // until one that had to stay is looked at again
  static constexpr int64_t abandoned_room_ms =
      5 * 60'000;  // temporary ones that the server emptied (start, suspension)

  explicit Service(ModuleContext& context);

  ModuleContext& context() const { return context_; }

  // Everything for a host of kind `rooms`.
  void handle(const HostPtr& host, Stanza stanza, const TicketPtr& ticket);

  // Calls back with the room (null: there is none; its line holds still meanwhile): now, when it is in memory and
  // nothing waits for it, else later. Errors: internal_server_error; resource_constraint when too much waits already.
  using RoomWork = std::function<void(Result<Room*>)>;
  void with_room(const HostPtr& host, const BareJid& jid, RoomWork work);

  // It is in memory, or on its way there, or leaves: with_room() waits, but reads nothing from disk.
  bool is_awake(const BareJid& jid) const;

  // A new room, locked, with nobody in it; to be called from with_room's work that found none. `maker`: the account
  // whose share of the plan's rooms it is; null: the site's own. Errors: resource_constraint.
  Result<Room*> create(const HostPtr& host, const BareJid& jid, const BareJid* maker);
  // The same, but it has no owner, and is open to all at once: the lobby, or what a guest enters first.
  Result<Room*> open(const HostPtr& host, const BareJid& jid, const BareJid* maker);

  // The account was removed: the next owner of its name was not invited, and has invited nobody.
  void forget_invitations(const BareJid& user);

  // --- tenants
  bool is_at(const Host& host) const;  // the tenant has rooms
  void tenant_changed(const TenantPtr& tenant);
  void tenant_removed(const TenantPtr& tenant);
  // Another server can't be reached: its people are out of the rooms of this host (status 333).
  void peer_lost(const Host& host, const std::string& peer);
  int64_t count_rooms() const { return static_cast<int64_t>(rooms_.size()); }  // in memory
  int64_t count_occupants() const;
  // The server stops: occupants learn that they are out, and those who enter from now on enter and learn it at once.
  void stop();

 private:
  void handle_in_room(const HostPtr& host, Result<Room*> room, const Stanza& stanza, const TicketPtr& ticket);
  void run(const HostPtr& host, const std::string& jid, const RoomWork& work, Result<Room*> room);
  void settle(const std::string& jid);
  // Sends everybody out of these rooms, with status 332; the rooms stay.
  void empty_rooms(const std::function<bool(const Room&)>& wanted);
  void empty_rooms_of(const Tenant& tenant);
  void send_everybody_out(Room& room) const;
  void forget_destroyed(Room& room);
  Task<void> load(HostPtr host, BareJid jid);
  void finish_loading(const HostPtr& host, const BareJid& jid, const Error* error);
  using Counted = std::function<void(Result<void>)>;
  void with_count(const HostPtr& host, Counted work);
  void count_soon(const HostPtr& host);
  void count_next();
  Task<void> count(HostPtr host);
  void load_temporary(const HostPtr& host, const BareJid& jid);
  void end_rooms_without_host(const Tenant& tenant);
  void end_each(const std::vector<std::string>& jids, const std::function<void(Room&)>& end);
  void start_sweeping();
  void sweep();
  // --- sleep.cc
  void let_idle(const Room& room);
  void await_idle();
  void doze();
  bool may_sleep(const Room& room) const;
  bool put_to_sleep(const std::string& jid);

  ModuleContext& context_;
  ChannelSearch search_{context_};
  std::unordered_map<std::string, std::unique_ptr<Room>> rooms_;
  Loading<std::string, RoomWork> loading_;  // also of those that leave
  Loading<TenantId, Counted> counting_;
  std::map<TenantId, HostPtr> uncounted_;  // those that nobody waits for
  size_t counts_of_uncounted_ = 0;         // that are under way
  std::unordered_set<TenantId> counted_;   // the tenants of which those rooms that exist are counted
  std::vector<std::pair<HostPtr, BareJid>>
      not_loaded_;  // temporary rooms that a failing disk kept; the sweep tries again
  net::Timer sweep_timer_;
  IdleRooms idle_;
  int64_t dozed_ms_ = 0;    // when it was looked last which rooms are due
  int64_t doze_at_ms_ = 0;  // when the timer runs out
  net::Timer doze_timer_;
  bool stopped_ = false;
  // Metrics.
  int64_t &loaded_, &put_to_sleep_;
};

// --- stanza.cc: from a stanza to the feature that handles it.
// For a room that is there.
void handle_stanza(Room& room, const Stanza& stanza);
// Answers what could not even reach a room.
void refuse(ModuleContext& context, const Stanza& stanza, const Error& error);
// For a room that is not. True: the stanza may make it.
bool handle_absent(ModuleContext& context, const Host& host, const Stanza& stanza);
// For the service itself.
void handle_service_stanza(ModuleContext& context, ChannelSearch& search, const Host& host, const Stanza& stanza);

}  // namespace teahouse::muc
