// ConferencesModule: group calls of a tenant's rooms: ROOM@calls.DOMAIN is the call of ROOM@rooms.DOMAIN.
//
// Those who are in the room may call in; visitors are heard by nobody, and who leaves the room, or is sent out, is out
// of the call. The room decides at its home, the call is at that of its own address, and the two tell each other by
// parcels. The call's people are told to all in the room, by a message of type headline.
//
// Without an engine (move_in) there are no group calls, and the hosts answer service-unavailable.
//
// Thread: its home loop, which has an engine of its own.
// Limits: the plan's call_participants, and participants_max; Conference's. Spec: XEP-0521; docs/decisions/0041.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "modules/conferences/conference.h"
#include "server/module.h"
#include "server/module_context.h"

namespace teahouse {

class ConferencesModule final : public Module {
 public:
  static constexpr int64_t participants_max = 200;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  // Begins to serve. `media_addresses`: IP addresses at which the engine's ports are reached;
  // `rooms`: the module muc of this home, which outlives this one.
  // REQUIRES: attached; its loop does not run yet.
  void move_in(std::unique_ptr<conferences::MediaEngine> engine, std::vector<std::string> media_addresses,
               Module* rooms);

 private:
  struct Call {
    HostPtr host;
    BareJid address, room;
    std::unique_ptr<conferences::Conference> conference;
  };
  // At the home of a room that has a call, or may have one soon.
  struct Watched {
    TenantId tenant;
    BareJid call;
    std::string info = {};  // of those in the call; empty: nobody
    bool is_on = false;
    size_t asked = 0;  // those whose entry the call has not settled yet
  };
  // One who calls in, and their standing in the room.
  struct Entry {
    BareJid call, room;
    std::shared_ptr<const Stanza> request;
    std::string occupant, role;  // empty: they are not in it
  };
  struct AskRoom;
  struct RoomSays;
  struct RoleChanged;
  struct CallSays;

  void handle(const HostPtr& host, const Stanza& stanza);
  void handle_jingle(const HostPtr& host, const Stanza& stanza, const xml::Element& jingle);
  void answer_info(const Host& host, const Stanza& request) const;
  void ask_room(const HostPtr& host, const Stanza& stanza);
  void answer_as_room(const HostPtr& host, Entry entry);
  void enter(const HostPtr& host, const Entry& entry);
  Result<void> try_entry(const HostPtr& host, const Entry& entry);
  Call& make_call(const HostPtr& host, const BareJid& address, const BareJid& room);
  void refuse(const Stanza& request, const Error& error) const;
  void change_role(const BareJid& address, const FullJid& who, const std::string& role);
  void tell_room(const Call& call, bool is_on, const std::string& info) const;
  void hear_call(const HostPtr& host, const CallSays& said);
  void tell_occupants(const HostPtr& host, const Watched& watched, const BareJid& room) const;
  void hear_role(const HostPtr& host, const BareJid& room, const FullJid& session, const char* role);
  void follow(TenantId tenant);
  void end_all(std::string_view text);
  void forget_soon(const BareJid& address);
  void send(const BareJid& from, const FullJid& to, std::string id, std::string payload);
  int64_t count_participants() const;

  ModuleContext* context_ = nullptr;
  Module* rooms_ = nullptr;
  std::unique_ptr<conferences::MediaEngine> engine_;
  std::vector<std::string> media_addresses_;
  std::unordered_map<std::string, Call> calls_;       // by their addresses
  std::unordered_map<std::string, Watched> watched_;  // by their rooms
  std::vector<Stanza> outgoing_;                      // until the turn's end: what bounces comes back at once
  int64_t* joined_ = nullptr;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace teahouse
