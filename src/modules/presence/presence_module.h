// PresenceModule: what an account's presence tells whom. One for each home.
//
// Thread: its home loop.
// Limits: a session has directed presence at 1,000 addresses; more is refused with resource-constraint.
// Spec: RFC 6121 sections 3 (subscriptions) and 4 (presence).
#pragma once

#include <set>

#include "modules/roster/roster_module.h"

namespace teahouse {

class PresenceModule final : public Module {
 public:
  explicit PresenceModule(RosterModule& roster) : roster_(roster) {}
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  struct Directed {
    std::set<std::string> to;  // who has had directed presence from this session and must hear when it goes
  };

  // From a local session.
  Flow outbound(Outbound& outbound);
  void available(Session& session, Stanza presence);
  void unavailable(Session& session, Stanza presence);
  Flow directed(Session& session, const Stanza& presence);
  void subscription_outbound(Outbound& outbound);

  // At the account's home.
  Flow inbound(Inbound& inbound);
  void subscription_inbound(Inbound& inbound);
  void probe(Inbound& inbound);

  void closing(Session& session);
  void contact_gone(Resident& resident, const BareJid& contact, const ReceiptPtr& receipt);
  void item_removed(Resident& resident, const BareJid& contact, const Subscription& was);

  void broadcast(Session& session, const Stanza& presence);
  void send_presence_of_all(Resident& resident, const Jid& to);
  void send_unavailable_of_all(Resident& resident, const BareJid& to);
  void show(Resident& resident, const Stanza& subscription);
  void show_requests(Session& session);
  void send(const Jid& from, const Jid& to, StanzaType type, const ReceiptPtr& receipt = nullptr);

  RosterModule& roster_;
  ModuleContext* context_ = nullptr;
  std::optional<Slot<Directed>> directed_;
};

}  // namespace teahouse
