// Parking: how sessions that can be resumed outlive the server. At SIGTERM each account's are a row in the data plane;
// they are in memory again when their account is, as if their streams had broken, and there is no row any more: what
// was on disk once is never gone on with twice.
//
// A server that is killed writes nothing: its sessions are gone. The messages that they held wait in the offline queue
// or stand in the archive.
//
// Thread: the home's.
// Limits: SessionDirectory::parked_bytes_max of each session, as many as the plan has; row_bytes_max for an account,
// past which its sessions end with the server.
// Spec: XEP-0198 section 5.
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "net/loop.h"
#include "server/parked.h"
#include "tenant/tenant.h"
#include "xmpp/jid.h"

namespace teahouse {

class Home;
class Resident;

class Parking {
 public:
  static constexpr size_t row_bytes_max = 16 << 20;

  explicit Parking(Home& home);

  // Writes the sessions that are left. REQUIRES: they have no streams, and nothing more is delivered to them.
  void park();
  // The account's row, once that is off the disk; nothing where there is none. Errors: those of the data plane.
  Task<Result<ParkedAccount>> take(TenantPtr tenant, BareJid account);
  // REQUIRES: the account has just come into memory. A session's time has gone on by the wall clock and, since the
  // server's start, by the monotonic clock: it has what is left by both.
  void wake(Resident& resident, const ParkedAccount& parked);
  // Every account that still has a row by the time at which none of its sessions can be resumed any more comes into
  // memory, at its home: they end there. REQUIRES: called on one home of the house, at its start.
  void wake_rest_in_time();
  // The account's sessions of before are never there again.
  Lsn drop(const Tenant& tenant, const BareJid& account);

 private:
  void park(const Resident& resident);
  static Task<void> wake_rest(Home& home);

  Home& home_;
  const int64_t started_ms_;  // monotonic clock
  net::Timer rest_timer_;
};

}  // namespace teahouse
