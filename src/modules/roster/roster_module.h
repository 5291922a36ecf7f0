// RosterModule: the roster's iqs and pushes. One for each home.
//
// Thread: its home loop.
#pragma once

#include "modules/roster/roster.h"
#include "server/module_context.h"

namespace teahouse {

// The error for a user whose roster has no room.
Error roster_is_full();

class RosterModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

  Roster& of(Resident& resident) const { return slot_->of(resident); }
  // Writes the item as it is now; one that holds nothing any more goes. Interested resources get a push when it is
  // listed and differs from what they know: `before` is the subscription as it was (a waiting request is nothing that
  // they know of).
  Lsn save(Resident& resident, const BareJid& contact, const Subscription& before);
  Lsn save(Resident& resident, const BareJid& contact);

  // Answers a request for the account's roster as if the account had asked: of one that may (XEP-0356). No session sees
  // the pushes because of it. REQUIRES: `query` is a <query/> of the roster, in a get or set.
  void answer_for(const IqRequest& request);
  // Called with what a push says of a changed item (<item/> as XML), before that goes to the account's sessions. To be
  // set by attach() of one other module.
  std::function<void(Resident&, const std::string& item)> on_pushed;

  // Called when a contact is removed from the roster, with the subscription as it was: presence acts on it.
  std::function<void(Resident&, const BareJid&, const Subscription&)> on_removed;

 private:
  void get(const IqRequest& request);
  void set(const IqRequest& request);
  Lsn remove(Resident& resident, const BareJid& contact);
  Lsn write(Resident& resident, const BareJid& contact);
  Lsn forget_item(const Tenant& tenant, const BareJid& account, const BareJid& contact);
  // An account is no more: its roster goes, when those who are in it know; and what other rosters have of it.
  static Task<void> forget(RosterModule& self, TenantPtr tenant, BareJid account, RemovalPtr removal);
  static Task<void> forget_elsewhere(RosterModule& self, BareJid address, RemovalPtr removal);
  void push(Resident& resident, const std::string& item);
  store::MapStore store(const Resident& resident);

  ModuleContext* context_ = nullptr;
  std::optional<Attached<Roster>> slot_;
  std::optional<Mentions> mentions_;
};

}  // namespace teahouse
