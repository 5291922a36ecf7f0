// LastActivityModule: since when an account is away, and what it said last; since when this server runs.
//
// Thread: its home loop.
// Errors: forbidden for those that may not see the account's presence, whether there is such an account or not.
// Spec: XEP-0012.
#pragma once

#include <optional>
#include <string>

#include "modules/roster/roster_module.h"

namespace teahouse {

class LastActivityModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  struct Last {
    int64_t at_ms = 0;     // wall clock; 0: it never was here
    std::string status;    // of its last unavailable presence
    bool is_here = false;  // it was available since
  };
  static Task<Result<void>> load(LastActivityModule& self, Resident& resident);
  void note_status(const Outbound& outbound);
  void note_end(const Session& session);
  bool may_see(Resident& resident, const Jid& asking) const;
  Flow guard(const Inbound& inbound);
  void answer_account(const IqRequest& request);
  void answer_host(const IqRequest& request);
  void forbid(const Stanza& request, const TicketPtr& ticket);
  store::MapStore store(const Tenant& tenant) const { return context_->map(tenant, "last"); }

  ModuleContext* context_ = nullptr;
  RosterModule* roster_ = nullptr;
  int64_t started_ms_ = 0;  // monotonic clock
  std::optional<Attached<Last>> last_;
};

}  // namespace teahouse
