// ArchiveModule: the archives of accounts.
//
// A message is written to the sender's archive on the sender's home and to the recipient's on the recipient's; each has
// its own id, and a copy that carries an id leaves only after its row is on disk.
//
// Thread: its home loop.
// Limits: the plan's archive_bytes (archive_space.h: the sender gets resource-constraint; a retraction goes on and is
// not kept) and archive_days (trimmed by app/). Spec: XEP-0313 (with the extended fields), XEP-0059, XEP-0334,
// XEP-0359, XEP-0386, XEP-0424, XEP-0441.
#pragma once

#include <optional>

#include "modules/archive/preferences.h"
#include "modules/archive/retractions.h"
#include "modules/roster/roster_module.h"

namespace teahouse {

class ArchiveModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  static Task<Result<void>> load(ArchiveModule& self, Resident& resident);
  static Task<std::string> tell_ends(ArchiveModule& self, TenantPtr tenant, BareJid account);
  void get_preferences(const IqRequest& request) const;
  void set_preferences(const IqRequest& request) const;
  // Does the account want a message to or from this address, which is worth keeping, in its archive?
  bool keeps(Resident& resident, const Jid& other) const;
  Flow archive_sent(Outbound& outbound);
  Flow archive_received(Inbound& inbound);
  Flow refuse_unless(const Result<void>& may, const Stanza& message, const TicketPtr& ticket);
  Flow refuse_full(const Tenant& tenant, const Stanza& message, const TicketPtr& ticket);
  struct Kept {
    Lsn lsn;
    store::ArchiveId id;
  };
  Kept write(const Resident& account, const Jid& with, const Stanza& message);
  store::ArchiveStore store(const Tenant& tenant) { return context_->archive(tenant, "archive"); }
  store::MapStore preference_store(const Tenant& tenant) const { return context_->map(tenant, "archive_preferences"); }

  ModuleContext* context_ = nullptr;
  const RosterModule* roster_ = nullptr;
  std::optional<Retractions> retractions_;
  std::optional<Attached<ArchivePreferences>> preferences_;  // of accounts that want something else than all
};

}  // namespace teahouse
