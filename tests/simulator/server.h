// RunningServer: one run of the server, from its start to its kill: loops, homes with all modules, client streams.
//
// Thread: one; all loops turn on it.
#pragma once

#include <memory>
#include <vector>

#include "account/accounts.h"
#include "account/api_call_limits.h"
#include "account/login_throttle.h"
#include "account/persons.h"
#include "api/api.h"
#include "api/idempotency.h"
#include "files/files.h"
#include "net/loop.h"
#include "net/tls.h"
#include "server/c2s/clients.h"
#include "server/home.h"
#include "tenant/audit.h"
#include "tenant/certificate.h"
#include "tenant/keys.h"
#include "tenant/tenants.h"
#include "tenant/vapid_keys.h"
#include "tests/simulator/disk.h"
#include "tests/simulator/town.h"

namespace teahouse::simulator {

class RunningServer {
 public:
  RunningServer(Town& town, const Clock& clock, std::unique_ptr<SimulatedPlane> plane, int64_t probe_after_s);
  ~RunningServer();

  SimulatedPlane& plane() { return *plane_; }
  Tenants& tenants() { return tenants_; }
  net::Loop& first_loop() { return *loops_.front(); }
  // Takes the server's end of a connection, on any of the loops.
  void accept(int fd, Chance& chance);
  // The same, of one that calls the HTTP API.
  void accept_http(int fd, Chance& chance);
  // A turn of each loop, in any order.
  void turn(Chance& chance);
  // The three steps of its end by SIGTERM; it has turns behind each.
  void refuse_more();
  void end_streams();
  void park();
  // From now on nothing that it does comes to a disk. REQUIRES: its clients' ends are closed.
  void kill();

  size_t streams() const;
  int64_t sessions() const;  // that the tenants' meters count
  // The parts of it that hold more than they may when nobody is there, in words; empty: none.
  std::string find_left_over() const;

 private:
  struct HttpSide;  // of one loop
  void settle();
  void serve_http();
  void finish_removals_every_minute();
  static Task<void> finish_removals(RunningServer& self);

  Town& town_;
  const Clock& clock_;
  std::unique_ptr<SimulatedPlane> plane_;
  Keys keys_;
  Accounts accounts_;
  Audit audit_;
  Tenants tenants_;
  LoginThrottle throttle_;
  Persons persons_;
  FirstSteps steps_;
  ApiCallLimits limits_;
  Files files_;
  Shared shared_;
  net::TlsContexts contexts_;
  std::vector<std::unique_ptr<net::Loop>> loops_;
  std::vector<std::unique_ptr<Home>> homes_;
  std::vector<std::unique_ptr<c2s::Clients>> clients_;
  Certificates certificates_;
  api::IdempotencyRecords idempotency_;
  std::unique_ptr<Rooms> rooms_;
  VapidKeys vapid_keys_;
  std::unique_ptr<Pushes> pushes_;
  std::vector<std::unique_ptr<HttpSide>> http_;
  net::Timer chores_;
};

}  // namespace teahouse::simulator
