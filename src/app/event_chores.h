// EventChores: looks after the tenants' event logs: takes into them what waits in the control plane's outbox, soon
// after it came and every minute, and removes what the plans do not keep.
//
// Thread: the loop that it was started on; watch() any.
#pragma once

#include <atomic>

#include "base/task.h"
#include "net/loop.h"
#include "store/clock_watch.h"
#include "store/control_plane.h"
#include "tenant/tenants.h"

namespace teahouse {

struct Shared;

class EventChores {
 public:
  EventChores(Shared& shared, store::ControlPlane& control, Tenants& tenants, store::ClockWatch& clock_watch)
      : shared_(shared), control_(control), tenants_(tenants), clock_watch_(clock_watch) {}

  // From now on the tenant's log says when there is something for it in the outbox.
  void watch(const Tenant& tenant);
  void start(net::Loop& loop);
  void every_minute() { spawn(run(*this, ++minutes_ % 60 == 0 ? Trims::all : Trims::those_that_keep)); }

 private:
  enum class Trims : uint8_t { none, those_that_keep, all };  // the logs of which tenants

  static Task<void> run(EventChores& self, Trims trims);
  static Task<bool> drain(EventChores& self);
  static Task<void> trim(EventChores& self, TenantPtr tenant);

  Shared& shared_;
  store::ControlPlane& control_;
  Tenants& tenants_;
  store::ClockWatch& clock_watch_;
  std::atomic<net::Loop*> loop_ = nullptr;
  int minutes_ = 0;
  bool running_ = false, again_ = false;
};

}  // namespace teahouse
