// Services: the push services that accounts have enabled (XEP-0357), and what is published there when an account is
// woken: how much waits for it.
//
// A service is told by an iq from the account's bare address, one at a time; what comes meanwhile goes in the next one,
// which says all that the ones before it said. An answer that refuses for good disables the node. A service that is
// away, or can't be reached, stays enabled: its address may be at a server that this one can't reach yet, the app
// believes that it is woken, and nothing was said of the node. It is left in peace for pauses that double, from
// first_pause_ms to pause_max_ms. One that refuses for now later_max times in a row is disabled.
//
// Thread: its home loop.
// Limits: the option `services` for an account: a newer one takes the place of the one that was enabled longest ago.
// A publish that waits is in memory: a restart loses it, and no service.
// Spec: XEP-0357.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text_map.h"
#include "modules/push/service.h"
#include "modules/roster/roster_module.h"
#include "server/module_context.h"

namespace teahouse::push {

class Services {
 public:
  static constexpr size_t services_max = 10;
  static constexpr int64_t answer_ms = 60'000, first_pause_ms = 30'000, retried_pause_ms = 240'000,
                           pause_max_ms = 86'400'000, fresh_ms = 86'400'000;
  static constexpr int later_max = 16;
  static constexpr size_t troubles_max = 10'000;  // of a home; beyond that all are forgotten

  // Counters of the module's.
  struct Counts {
    int64_t *accepted, *failed, *gone;
  };
  void attach(ModuleContext& context, Counts counts);

  bool has_any(Resident& resident) const;
  bool are_used_at(TenantId tenant) const { return tenants_.contains(tenant); }  // by accounts of this home
  // Tells them all. The requests are counted here.
  void wake(Resident& resident, Summary summary);
  void cancel(Resident& resident);  // what waits need not be told any more

  // As PushModule has them.
  std::vector<PushDevice> list(Resident& resident) const;
  struct Changed {
    PushDevice device;
    Lsn stored;
  };
  // Whether the service at this address may hear what was said, at whatever nodes. None: it is not enabled.
  std::optional<Changed> change(Resident& resident, const Jid& service, bool shows_text);
  std::optional<Lsn> remove(Resident& resident, const std::string& id);

 private:
  // How long a service is left in peace. It outlives the account's stay in memory.
  struct Trouble {
    int failures = 0;  // in a row
    int64_t quiet_until_ms = 0;
  };
  // A service, and what is under way to it.
  struct Line {
    Service service;
    Trouble trouble = {};
    std::optional<Summary> waits = {}, under_way = {};
    std::string asked = {};  // the id of the iq whose answer is waited for
    net::Timer timer = {};   // until that must have come; else until it is tried again
    int64_t last_ms = 0;     // wall clock, of the last answer
    bool was_taken = false;
  };
  struct State {
    std::vector<Line> lines;
  };
  static PushDevice show(const Line& line);
  static Task<Result<void>> load(Services& self, Resident& resident);
  void enable(const IqRequest& request);
  void disable(const IqRequest& request);
  Result<Lsn> keep(Resident& resident, Service service);
  Result<Lsn> disable_all(Resident& resident, const Disabled& which);
  Flow take_message(const Inbound& inbound);
  Flow take_answer(const Inbound& inbound);

  Line* find(Resident& resident, const std::string& id) const;
  void publish(Resident& resident, const std::string& id);
  void pause(Resident& resident, Line& line);
  void note_trouble(const Resident& resident, Line& line, Trouble trouble);
  void on_timer(const HostPtr& host, const BareJid& account, const std::string& id);
  net::Timer start_timer(const Resident& resident, const Line& line, int64_t delay_ms);
  store::MapStore store(const Tenant& tenant) const { return context_->map(tenant, "push_services"); }

  ModuleContext* context_ = nullptr;
  RosterModule* roster_ = nullptr;
  Counts counts_{};
  std::optional<Attached<State>> states_;
  std::set<TenantId> tenants_;
  TextMap<Trouble> troubles_;  // by the account and the service's id; of those that have some
};

}  // namespace teahouse::push
