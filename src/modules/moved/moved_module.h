// MovedModule: contacts who have moved. A request to see an account's presence may say by <moved/> which old address it
// comes from; where that one saw the presence, and its account says in its node that it has moved there, the server
// grants the request, puts the new address into the roster and takes the old one's sight away: once for each.
//
// A request is held until the old account has been asked, and goes on as any other where that does not say so. One that
// is taken back meanwhile (unsubscribe) is no more.
//
// Thread: its home loop; the old account is asked at its own home.
// Limits: underway_max requests of one account are held; more go on at once, as any other. Old accounts of this server
// alone: there is no other way to ask.
// Errors: what can't be asked or read counts as not said.
// Spec: XEP-0283 section 4.4 (server-side processing).
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "modules/presence/presence_module.h"
#include "modules/pubsub/pubsub.h"
#include "modules/roster/roster_module.h"

namespace teahouse {

class MovedModule final : public Module {
 public:
  static constexpr size_t underway_max = 20;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  struct Move {
    BareJid account;  // whose contact has moved
    BareJid old, now;
  };
  struct Question {
    Move move;
    std::function<void(bool)> done;  // on whatever thread
    void arrive(Module* at, const HostPtr& host) const;
  };
  using Underway = std::set<std::string>;  // new addresses

  Flow consider(Inbound& inbound);
  bool may_move(Resident& resident, const Move& move) const;
  static Task<void> verify(MovedModule& self, Move move, TenantId asked, Stanza request, TicketPtr ticket);
  void decide(Resident& resident, const Move& move, bool said, Stanza request, const TicketPtr& ticket);
  void replace(Resident& resident, const Move& move, const TicketPtr& ticket);
  // At the home of the old account.
  void answer(const HostPtr& host, const Question& question);
  static Task<void> read_statement(MovedModule& self, HostPtr host, uint64_t number, Question question);

  ModuleContext* context_ = nullptr;
  RosterModule* roster_ = nullptr;
  PresenceModule* presence_ = nullptr;
  pubsub::OwnNodes* nodes_ = nullptr;
  std::optional<Attached<Underway>> underway_;
};

}  // namespace teahouse
