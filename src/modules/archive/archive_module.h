// ArchiveModule: the archives of accounts.
//
// A message is written to the sender's archive on the sender's home and to the recipient's on the recipient's; each has
// its own id, and a copy that carries an id leaves only after its row is on disk.
//
// Thread: its home loop.
// Limits: the plan's archive_bytes (the sender gets resource-constraint) and archive_days (trimmed by app/).
// Spec: XEP-0313 (with the extended fields), XEP-0059, XEP-0334, XEP-0359.
#pragma once

#include "server/module_context.h"

namespace teahouse {

class ArchiveModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  Flow archive_sent(Outbound& outbound);
  Flow archive_received(Inbound& inbound);
  Flow refuse_for_disk(const Stanza& message);
  Flow refuse_full(const Tenant& tenant, const Stanza& message);
  struct Kept {
    Lsn lsn;
    store::ArchiveId id;
  };
  Kept write(const Resident& account, const Jid& with, const Stanza& message);
  store::ArchiveStore store(const Tenant& tenant) { return context_->archive(tenant, "archive"); }

  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
