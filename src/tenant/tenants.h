// Tenants: makes, changes, suspends and removes tenants and plans, in the control plane and in every loop at once.
//
// A change ends when it is on disk AND every loop has taken it over: an API's answer is true everywhere.
//
// Thread: the functions are called on `home` executors (a loop); changes from all of them take turns, and wait for no
// removal. Lifetime: it outlives what it has begun, as the loops end before it does.
// Limits: names.h has them; plans 1,000, and 100 of each reseller; resellers.h.
// Errors: conflict for a name or a host's domain that is taken (whatever it serves) and for a change of a tenant
// that is being removed, service_unavailable for its name or domain, bad_request with a sentence for what does not
// parse, item_not_found.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "events/event.h"
#include "store/control_plane.h"
#include "tenant/resellers.h"
#include "tenant/tables.h"
#include "tenant/tenant_directory.h"
#include "tenant/tenant_fields.h"
#include "tenant/turns.h"

namespace teahouse {

class Audit;
struct Keys;

struct NewTenant {
  std::string name, domain;
  std::vector<HostName> hosts = {};  // beside that of its accounts; when none are given, one of each kind (names.h)
  TenantChange fields = {};          // what else differs from the defaults
  bool only_hosts = false;           // those hosts alone, so perhaps none but that of the accounts
  std::string reseller = {};         // its name; empty: the operator's own
  // Statements of others for the transaction that makes it; may be empty.
  std::function<std::vector<store::Statement>(TenantId tenant)> also = {};
};
struct MadeTenant {
  TenantPtr tenant;
  std::string api_key, signing_secret;  // the only time that they are seen
};

// ArrivingTenant: one that comes with all that it had on another server.
struct ArrivingTenant {
  NewTenant wanted;
  std::string site_id, occupant_id_secret;  // empty: new ones; a site id that another tenant has is new too
  int64_t created_ms = 0;                   // 0: now
  PermissionMap component_permissions = {};
};

// ChangedWith: the rest that is written with a change of a tenant, beside its snapshot.
struct ChangedWith {
  std::optional<Standing> standing = {};  // where it is another
  std::vector<store::Statement> statements = {};
};

class Tenants {
 public:
  // How a change reaches the loops: called with the new snapshot (or with `removed`), ends when every loop has it.
  using Publish = std::function<Task<void>(Executor& home, TenantPtr tenant, bool removed)>;
  // Removes what a tenant has outside of the control plane, when the loops have let it go.
  using Wipe = std::function<Task<Result<void>>(Executor& home, TenantPtr tenant)>;

  // Removes what is kept of a host that no loop serves any more, before somebody else can have its domain.
  using LetGo = std::function<Task<Result<void>>(Executor& home, TenantPtr tenant, std::string domain)>;

  Tenants(store::ControlPlane& control, const Clock& clock, Keys& keys, Audit& audit)
      : control_(control), clock_(clock), keys_(keys), audit_(audit), resellers_(control, clock, audit, *this) {}
  static std::vector<store::Migration> migrations();

  // REQUIRES of all: before load_all(). add_tables: tables of the layers above with a column tenant_id, which remove()
  // empties too.
  void set_publish(Publish publish) { publish_ = std::move(publish); }
  void set_wipe(Wipe wipe) { wipe_ = std::move(wipe); }
  void set_let_go(LetGo let_go) { let_go_ = std::move(let_go); }
  // Errors of it: conflict for a domain that is kept for another tenant than this one (TenantId::server: a new one).
  using Keep = std::function<Result<void>(TenantId tenant, std::string_view domain)>;
  void set_keep(Keep keep) { keep_ = std::move(keep); }
  void add_tables(const std::vector<TenantTable>& tables) {
    tables_.insert(tables_.begin(), tables.begin(), tables.end());
  }
  // Every tenant there is, for the start, before any loop runs; also those that are being removed, which no loop must
  // be told of. Makes the plan "default" when there is none.
  Result<std::vector<TenantPtr>> load_all();

  // With its first keys and a line of the audit that names the actor, in one transaction: there is all of it or none.
  Task<Result<MadeTenant>> create(Executor& home, NewTenant wanted, std::string actor);
  // `hosts`: all that it is to have, as parse_hosts() gives them; the domain of its accounts stays. One that it has no
  // more ends at once everywhere; a fault before all of it is let go leaves it, and a crash too.
  Task<Result<TenantPtr>> change(Executor& home, std::string name, TenantChange change,
                                 std::optional<std::vector<HostName>> hosts = {});
  // The same of the hosts alone, out of those that it has when its turn comes.
  using HostEdit = std::function<Result<std::vector<HostName>>(const Tenant&)>;
  Task<Result<TenantPtr>> edit_hosts(Executor& home, std::string name, HostEdit edit);
  // The permissions of a component of the tenant, instead of those from before. Errors: item_not_found where it has no
  // such component.
  Task<Result<TenantPtr>> set_component_permissions(Executor& home, std::string name, std::string domain,
                                                    ComponentPermissions permissions);
  // An account is no more: the next one of its name is no admin.
  Task<Result<void>> drop_admin(Executor& home, TenantId tenant, std::string bare_jid);
  // Of the tenant itself; with its reseller it is suspended beside that, and stays so when it is resumed. Errors:
  // forbidden for a reseller (`by_operator` is false) where the operator has suspended it.
  Task<Result<TenantPtr>> suspend(Executor& home, std::string name, std::string reason, bool by_operator = true);
  Task<Result<TenantPtr>> resume(Executor& home, std::string name, bool by_operator = true);
  // Notes on disk that it is being removed, publishes `removed`, wipes, and then removes its rows from all tables, a
  // few at a time and that note last, and scrubs the control plane. A fault or crash before the scrub leaves the note,
  // and never data without a tenant: it is to be called again, and until it ends nobody can have the name or the
  // domain.
  Task<Result<TenantPtr>> remove(Executor& home, std::string name);

  // An arrival (tenant_arrivals.cc): the tenant's rows stand as those of one that is being removed, so that no loop
  // serves it and the next start removes what a crash leaves of it; they may be filled meanwhile. It ends by the one or
  // the other of the next two. Errors: those of create().
  Task<Result<MadeTenant>> begin_arrival(Executor& home, ArrivingTenant arriving, std::string actor);
  // All of it is there: it is in service when this has ended. Errors: item_not_found where it does not arrive.
  Task<Result<TenantPtr>> end_arrival(Executor& home, TenantId tenant);
  // Nothing of it is left.
  Task<Result<void>> cancel_arrival(Executor& home, TenantPtr tenant);
  bool is_arriving(TenantId tenant) const;                                            // Thread: any
  static constexpr std::string_view arrival_reason = "This site is being imported.";  // of its suspension

  TenantPtr find(std::string_view name) const { return directory_.find(name); }  // Thread: any
  TenantPtr find(TenantId id) const { return directory_.find(id); }              // Thread: any
  std::vector<TenantPtr> list() const { return directory_.list(); }              // by name; Thread: any
  // Whether some tenant's host is there. Thread: any
  bool serves(std::string_view domain) const { return directory_.serves(domain); }
  // Whether the tenant could have this host. Errors: conflict; service_unavailable. Thread: any
  Result<void> check_host_free(const Tenant& tenant, std::string_view domain) const;

  // New or changed; its tenants follow at once. Errors: resource_constraint where its reseller's allotment is too
  // small.
  Task<Result<Plan>> set_plan(Executor& home, Plan plan);
  std::vector<Plan> plans() const { return directory_.plans(); }  // by name; Thread: any
  Resellers& resellers() { return resellers_; }
  const Resellers& resellers() const { return resellers_; }

 private:
  friend class Resellers;  // it takes its turns among those of the tenants

  Result<Tenant> make_tenant(const NewTenant& wanted, const Reseller* reseller) const;
  Result<Tenant> make_changed(Tenant tenant, const TenantChange& change, const Reseller* reseller) const;
  Result<void> check_kept(const Tenant& tenant) const;
  Result<TenantPtr> find_lasting(const std::string& name) const;
  // REQUIRES of all that follow: it is the caller's turn.
  Task<Result<MadeTenant>> store_new(Executor& home, Tenant tenant, Standing standing, std::string actor,
                                     std::vector<store::Statement> also);
  Task<Result<TenantPtr>> change_in_turn(Executor& home, std::string name, TenantChange change,
                                         std::optional<std::vector<HostName>> hosts);
  // Writes a new snapshot and the event of it, keeps it and tells the loops.
  Task<Result<TenantPtr>> replace(Executor& home, Tenant changed, EventBody event, ChangedWith with = {});
  Task<Result<void>> let_go_hosts(Executor& home, TenantPtr tenant, std::vector<HostName> left);
  Task<void> tell_loops(Executor& home, TenantPtr tenant, bool removed);

  Task<Result<TenantId>> draw_id(Executor& home);
  Task<Result<TenantPtr>> begin_removal(Executor& home, std::string name);
  Task<Result<void>> remove_rows(Executor& home, TenantId tenant);

  store::ControlPlane& control_;
  const Clock& clock_;
  Keys& keys_;
  Audit& audit_;
  Publish publish_;
  Wipe wipe_;
  LetGo let_go_;
  Keep keep_;
  std::vector<TenantTable> tables_ = tenant_tables();
  TenantDirectory directory_;
  Turns turns_;
  Turns removals_;  // taken before a turn of the others, never in one
  Resellers resellers_;
  mutable std::mutex arrivals_mutex_;
  std::set<TenantId> arriving_;  // guarded by arrivals_mutex_
};

}  // namespace teahouse
