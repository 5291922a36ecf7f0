// MeteringModule: counts messages that users send, and marks the accounts that do something in an hour and in a day.
//
// A mark is an entry in the map `active` of the tenant, of a digest of the account's name: making it again changes
// nothing, so that an account is counted once also over a crash. UsageRollups counts the marks, and removes them.
//
// Thread: its home loop. Limits: one mark for each account, hour and day.
#pragma once

#include <optional>

#include "server/module_context.h"

namespace teahouse {

class MeteringModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  struct Seen {
    int64_t hour = 0, day = 0;  // in which it was marked last; since 1970
  };
  void mark(Resident& resident);

  ModuleContext* context_ = nullptr;
  std::optional<Attached<Seen>> seen_;
};

}  // namespace teahouse
