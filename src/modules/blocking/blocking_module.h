// BlockingModule: an account's blocklist: what it blocks neither reaches the account nor hears of it.
//
// It guards what the account sends, by itself or through the API, what the server sends in its name (presence), what
// arrives for it, and what waited for it before. The account's own resources and its own server are never blocked.
//
// Thread: its home loop.
// Limits: Blocklist::items_max addresses, or as many as the option `addresses` says (resource-constraint);
// reports_per_h of one account: what is more is blocked without.
// Spec: XEP-0191, XEP-0377.
#pragma once

#include <optional>
#include <vector>

#include "base/token_buckets.h"
#include "modules/blocking/blocklist.h"
#include "server/module_context.h"

namespace teahouse {

struct Report;

class BlockingModule final : public Module {
 public:
  static constexpr int64_t reports_per_h = 30;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  struct Reader {
    bool has_list = false;  // the session asked for the list, and hears of its changes
  };
  static Task<Result<void>> load(BlockingModule& self, Resident& resident);
  Flow guard(const Outbound& outbound);
  Flow guard(const Inbound& inbound);
  // Counts what a guard has stopped.
  Flow count(Flow flow) {
    *blocked_ += flow == Flow::stop;
    return flow;
  }
  bool is_blocked(Resident& resident, const Jid& address) const;

  void list(const IqRequest& request);
  void block(const IqRequest& request);
  void unblock(const IqRequest& request);
  void keep(const Resident& resident, const Jid& address, const Report& report);
  // Answers once what was written last is on disk, and tells the sessions that have the list.
  void finish(const IqRequest& request, std::string_view verb, const std::vector<Jid>& items, Lsn lsn);
  store::MapStore store(const Resident& resident) const { return context_->map(resident.tenant(), "blocking"); }

  ModuleContext* context_ = nullptr;
  int64_t* blocked_ = nullptr;
  TokenBuckets reporters_{10'000};
  std::optional<Attached<Blocklist>> lists_;
  std::optional<Attached<Reader>> readers_;
};

}  // namespace teahouse
