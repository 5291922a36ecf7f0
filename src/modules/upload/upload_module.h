// UploadModule: the upload host of a tenant, which gives its users slots; and its routes (file_routes.h).
//
// Thread: its home loop; slots are given on that of the host's address.
// Files go with their account, and with a message of their owner's that names them and is taken back (XEP-0424).
//
// Limits: the plan's; slots_per_min of one account; of a message that is taken back the first 20 files.
// Errors: forbidden for those who are no users of the tenant; not-acceptable for a name or size, with file-too-large
// where it is that; resource-constraint where the plan or the disk has no room, and, with retry, for too many slots.
// Spec: XEP-0363 1.2.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/token_buckets.h"
#include "server/module_context.h"

namespace teahouse {

class UploadModule final : public Module {
 public:
  static constexpr int64_t slots_per_min = 60;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  void handle(const HostPtr& host, const Stanza& stanza);
  void answer_info(const Host& host, const Stanza& request) const;
  void answer_slot(const Host& host, const Stanza& stanza, const xml::Element& request);
  void refuse_for_now(const Stanza& stanza, int64_t wait_ms) const;
  void forget_retracted(const RetractedMessage& message);
  static Task<void> remove_own(ModuleContext& context, TenantPtr tenant, BareJid author, std::vector<std::string> ids);
  static Task<void> remove_files(ModuleContext& context, TenantPtr tenant, BareJid account, RemovalPtr removal);

  ModuleContext* context_ = nullptr;
  TokenBuckets slots_{10'000};
};

}  // namespace teahouse
