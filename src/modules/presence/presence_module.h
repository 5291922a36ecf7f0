// PresenceModule: what an account's presence tells its contacts, and those it was directed at. One for each home.
//
// Thread: its home loop.
// Limits: a session has directed presence at 1,000 addresses; more is refused with resource-constraint. Of requests of
// those who are not in the roster an account keeps requests_max of its own tenant's; of each other tenant
// requests_of_another_max, and of all these together requests_max. More are dropped, as at an account that is not
// there. A long request is kept as far as its reader sees it (kept_request.h).
// Spec: RFC 6121 sections 3 (subscriptions) and 4 (presence).
#pragma once

#include <functional>
#include <set>
#include <string>

#include "modules/roster/roster_module.h"

namespace teahouse {

class PresenceModule final : public Module {
 public:
  static constexpr size_t requests_max = 200, requests_of_another_max = 50;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  // Adds what the server says in the account's name to an available presence that is about to be sent: to those who see
  // the account's presence, or directed at others. The session keeps its presence as its client sent it. To be set and
  // cleared by attach() and detach() of one other module.
  enum class Sight : uint8_t { subscribed, directed };
  std::function<void(Resident&, Stanza&, Sight)> on_sent;
  // Called with each undirected presence of a session, available or not, as those who see the account's presence get
  // it; `to` is anybody's. To be set by attach() of one other module.
  std::function<void(Resident&, const Stanza&)> on_broadcast;
  // Sends the presence of all its available sessions.
  void send_presence_of_all(Resident& resident, const Jid& to);
  Stanza make_shown(Session& session) const;  // its presence as those who see it get it. REQUIRES: it is available
  // Tells all who see the account's presence of it once more: of those sessions whose presence is wanted.
  void send_again(Resident& resident, const std::function<bool(const Stanza&)>& wanted);
  // A subscription stanza that has passed the guards, and was held back by one of them.
  void take_subscription(Resident& resident, Stanza stanza, const TicketPtr& ticket);
  // A subscription stanza that the server says in the account's name, with all that it changes there.
  void send_subscription(Resident& resident, const BareJid& contact, StanzaType type, const TicketPtr& ticket);

 private:
  struct Directed {
    std::set<Jid> to;  // addresses that had directed presence from this session and must hear when it goes
  };

  // From a local session.
  Flow outbound(Outbound& outbound);
  void available(Session& session, Stanza presence);
  void unavailable(Session& session, Stanza presence);
  Flow directed(Session& session, Stanza& presence);
  void subscription_outbound(Outbound& outbound);

  // At the account's home.
  Flow inbound(Inbound& inbound);
  void subscription_inbound(Inbound& inbound);
  void probe(Inbound& inbound);

  void ask_others(Session& session);
  void park(Session& session, SessionNotes& notes);
  void wake(Session& session, const SessionNotes& notes);
  void come_back(Session& session);
  void closing(Session& session);
  void contact_gone(Resident& resident, const BareJid& contact, const TicketPtr& ticket);
  void visibility_changed(Resident& resident, const Jid& address, bool is_visible);
  void end_directed(Resident& resident, const Jid& address);
  void item_removed(Resident& resident, const BareJid& contact, const Subscription& was);

  void broadcast(Session& session, const Stanza& presence);
  void send_unavailable_of_all(Resident& resident, const Jid& to);
  void show(Resident& resident, const Stanza& subscription);
  bool has_room_for_request(const Resident& resident, const BareJid& contact, const Roster& roster) const;
  void show_requests(Session& session);
  static Stanza make(const Jid& from, const Jid& to, StanzaType type);
  void send(Resident& resident, const Jid& from, const Jid& to, StanzaType type, const TicketPtr& ticket = nullptr);

  RosterModule* roster_ = nullptr;
  ModuleContext* context_ = nullptr;
  std::optional<Attached<Directed>> directed_;
};

}  // namespace teahouse
