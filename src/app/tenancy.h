// Tenancy: the work all around when a tenant comes, changes or goes: loops, certificates, stores; and the chores
// for all of them.
//
// Thread: start, stop and the publishing run on loops; the certificates' functions on any.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/event_chores.h"
#include "domains/domains.h"
#include "net/tls.h"
#include "server/home.h"
#include "store/bond.h"
#include "store/clock_watch.h"
#include "tenant/call_usage.h"
#include "tenant/certificate.h"
#include "tenant/local_ca.h"
#include "tenant/quota_warnings.h"
#include "tenant/tenants.h"
#include "tenant/usage_rollups.h"

namespace teahouse {

class Tenancy {
 public:
  Tenancy(Shared& shared, store::ControlPlane& control, Tenants& tenants, Certificates& certificates,
          net::TlsContexts& contexts, LocalCa ca, store::Bond& bond, store::ClockWatch& clock_watch,
          domains::Domains& domains, UsageRollups& usage, QuotaWarnings& quota);

  // Makes the certificate for localhost, these names, and clients that ask for no name or for one that nobody has.
  Result<void> set_house_certificate(const std::vector<std::string>& names);
  Result<void> load_call_usage(const std::vector<TenantPtr>& tenants) { return call_usage_.load(tenants); }
  void use(const HostCertificate& certificate);
  // The data plane hears of a tenant that it does not know yet. REQUIRES: before anything of it is written.
  Task<void> note(Executor& home, TenantId tenant) { return note_tenant(*this, home, tenant); }
  // Hear of each certificate that is shown from now on, and of each that is not any more. Thread: any.
  void watch_certificates(std::function<void(const HostCertificate&)> shown,
                          std::function<void(const std::string& domain)> hidden);
  void forget_certificate(const std::string& domain);  // the local CA's takes its place

  // Counts what tenants use, then calls back; finishes removals of accounts and tenants that an earlier run left; trims
  // archives and files now and every hour, ends the hours of what tenants use, and every minute notes uses of keys, of
  // the calls' relay and where accounts logged in, removes guests who cannot come back, and tries again the removals
  // and chores that were left. While the clock is doubted nothing is trimmed and no guest removed.
  void start(net::Loop& loop, std::function<void()> counted);
  // Also called each minute, when warnings were given. REQUIRES: before start().
  void every_minute_also(std::function<void(net::Loop&)> also) { also_ = std::move(also); }
  void end_chores();  // the server stops: none begins, and those that go through all tenants end with the present one
  void stop(net::Loop& loop, std::function<void()> done);

 private:
  static Task<void> publish(Tenancy& self, Executor& home, TenantPtr tenant, bool removed);
  static Task<Result<void>> let_go(Tenancy& self, Executor& home, TenantPtr tenant, std::string domain);
  static Task<Result<void>> wipe(Tenancy& self, Executor& home, TenantPtr tenant);
  static Task<void> count_archives(Tenancy& self, net::Loop& loop, TenantPtr tenant);
  static Task<void> count_full(Tenancy& self, net::Loop& loop);
  static Task<void> count_all(Tenancy& self, net::Loop& loop, std::function<void()> done);
  static Task<void> trim_archive(Tenancy& self, net::Loop& loop, TenantPtr tenant, std::string_view name,
                                 int64_t before_ms);
  static Task<void> trim_files(Tenancy& self, net::Loop& loop, TenantPtr tenant, int64_t before_ms);
  static Task<void> note_tenant(Tenancy& self, Executor& home, TenantId tenant);
  static Task<void> trim_answers(Tenancy& self, net::Loop& loop, TenantId tenant);
  static Task<void> trim_all(Tenancy& self, net::Loop& loop);
  static Task<void> finish_account_removals(Tenancy& self, net::Loop& loop);
  static Task<void> finish_removals(Tenancy& self, net::Loop& loop);
  static Task<void> remove_expired(Tenancy& self, net::Loop& loop);
  static Task<void> remove_old_devices(Tenancy& self, net::Loop& loop);
  static Task<void> store_notes(Tenancy& self, net::Loop& loop, std::function<void()> done);
  static Task<void> warn(Tenancy& self, net::Loop& loop);
  static Task<void> roll_usage(Tenancy& self, net::Loop& loop);
  void end_hours(net::Loop& loop);
  void every_minute(net::Loop& loop);
  // Issues a certificate for a host without one of its own, when somebody asks for it. False: the host is none of ours.
  bool issue(const std::string& name);

  Shared& shared_;
  store::ControlPlane& control_;
  Tenants& tenants_;
  Certificates& certificates_;
  net::TlsContexts& contexts_;
  LocalCa ca_;
  store::Bond& bond_;
  store::ClockWatch& clock_watch_;
  domains::Domains& domains_;
  const std::vector<std::unique_ptr<Module>> modules_;  // on no home: for what they declare
  std::vector<ArchiveInfo> archives_;                   // that they declare
  EventChores events_;
  std::function<void(const HostCertificate&)> shown_;
  std::function<void(const std::string&)> hidden_;
  CallUsage call_usage_;
  UsageRollups& usage_;
  QuotaWarnings& quota_;
  std::function<void(net::Loop&)> also_;
  net::Timer chores_, hour_end_;
  int minutes_ = 0;
  bool finishing_ = false, ends_ = false, is_counted_ = false, warning_ = false;
};

}  // namespace teahouse
