// All changes take turns (State::turns), so what a coroutine reads before it writes is still true when it has written:
// memory (State's maps) always shows what is on disk. Order in each change: check, disk, memory, loops. A removal takes
// a turn to say that it has begun, which nobody can change after that, and one for its end; what is between, removals
// do one at a time.
#include "tenant/tenants.h"

#include <mutex>

#include "base/random.h"
#include "tenant/names.h"
#include "tenant/tables.h"
#include "tenant/tenant_rows.h"
#include "tenant/turns.h"

namespace teahouse {
namespace {

constexpr size_t plans_max = 1000;
constexpr const char* removal_reason = "This site is being removed.";

Error bad(std::string text) { return {ErrorKind::bad_request, std::move(text)}; }

Error unknown_tenant(std::string_view name) {
  return {ErrorKind::item_not_found, "There is no tenant '" + std::string(name) + "'."};
}

Error refuse_change(const Tenant& tenant) {
  return {ErrorKind::conflict,
          "The tenant '" + tenant.name +
              "' is being removed: it can't be changed, suspended or resumed any more. Its "
              "name and domain are free when it is gone; removing it again goes on with what a crash has cut off."};
}

Error still_there(const Tenant& tenant) {
  return {ErrorKind::service_unavailable, "The tenant '" + tenant.name +
                                              "', which has this name or domain, is still "
                                              "being removed. Try again in a moment."};
}

Error refuse_domain(const std::string& domain, const Tenant& owner) {
  std::string text = "The domain '" + domain + "' is taken by tenant '" + owner.name + "'";
  for (const HostName& host : owner.hosts) {
    if (host.domain == domain && host.kind != HostKind::accounts)
      text.append(", for its ").append(to_string(host.kind));
  }
  return {ErrorKind::conflict, text + "."};
}

}  // namespace

struct Tenants::State {
  State(store::ControlPlane& the_control, const Clock& the_clock) : control(the_control), clock(the_clock) {}

  store::ControlPlane& control;
  const Clock& clock;
  Publish publish;
  Wipe wipe;
  std::vector<TenantTable> tables = tenant_tables();
  Turns turns;
  Turns removals;  // taken before a turn of the others, never in one

  mutable std::mutex mutex;  // of what follows
  std::map<std::string, TenantPtr, std::less<>> by_name;
  std::unordered_map<TenantId, TenantPtr> by_id;
  std::map<std::string, TenantPtr, std::less<>> by_domain;  // of all hosts
  tenant_rows::Plans plans;

  void keep(const TenantPtr& tenant) {
    const std::lock_guard lock(mutex);
    by_name[tenant->name] = tenant;
    by_id[tenant->id] = tenant;
    for (const HostName& host : tenant->hosts) by_domain[host.domain] = tenant;
  }

  void drop(const Tenant& tenant) {
    const std::lock_guard lock(mutex);
    by_name.erase(tenant.name);
    by_id.erase(tenant.id);
    for (const HostName& host : tenant.hosts) by_domain.erase(host.domain);
  }

  TenantPtr find(std::string_view name) const {
    const std::lock_guard lock(mutex);
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
  }

  TenantPtr find(TenantId id) const {
    const std::lock_guard lock(mutex);
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
  }

  std::vector<TenantPtr> list() const {
    const std::lock_guard lock(mutex);
    std::vector<TenantPtr> all;
    all.reserve(by_name.size());
    for (const auto& [name, tenant] : by_name) all.push_back(tenant);
    return all;
  }

  Result<Plan> find_plan(std::string_view name) const {
    const std::lock_guard lock(mutex);
    const auto found = plans.find(name);
    if (found == plans.end()) return bad("There is no plan '" + std::string(name.substr(0, 64)) + "'.");
    return found->second;
  }

  // What stands in the way of these names, if anything does.
  Result<void> check_free(const Tenant& tenant) const {
    const std::lock_guard lock(mutex);
    const auto of_name = by_name.find(tenant.name);
    if (of_name != by_name.end() && of_name->second->being_removed) return still_there(*of_name->second);
    if (of_name != by_name.end()) {
      return Error{ErrorKind::conflict, "There is a tenant '" + tenant.name + "' already."};
    }
    for (const HostName& host : tenant.hosts) {
      const auto found = by_domain.find(host.domain);
      if (found == by_domain.end()) continue;
      if (found->second->being_removed) return still_there(*found->second);
      return refuse_domain(host.domain, *found->second);
    }
    return {};
  }

  Result<Tenant> make_tenant(const NewTenant& wanted) const;
  Result<Tenant> make_changed(Tenant tenant, const TenantChange& change) const;
  Task<void> tell_loops(Executor& home, TenantPtr tenant, bool removed);
  // Writes a new snapshot, keeps it and tells the loops. REQUIRES: it is the caller's turn.
  Task<Result<TenantPtr>> replace(Executor& home, Tenant changed);

  using Self = std::shared_ptr<State>;
  static Task<Result<TenantPtr>> create(Self self, Executor& home, NewTenant wanted, Equip equip);
  // What can be changed. REQUIRES: it is the caller's turn.
  Result<TenantPtr> find_lasting(const std::string& name) const {
    const TenantPtr tenant = find(name);
    if (!tenant) return unknown_tenant(name);
    if (tenant->being_removed) return refuse_change(*tenant);
    return tenant;
  }
  static Task<Result<void>> equip(Self self, Executor& home, TenantId tenant, Equip equip);
  static Task<Result<TenantPtr>> change(Self self, Executor& home, std::string name, TenantChange change);
  static Task<Result<TenantPtr>> suspend(Self self, Executor& home, std::string name, std::string reason);
  static Task<Result<TenantPtr>> resume(Self self, Executor& home, std::string name);
  static Task<Result<TenantPtr>> begin_removal(Self self, Executor& home, std::string name);
  static Task<Result<void>> remove_rows(Self self, Executor& home, TenantId tenant);
  static Task<Result<TenantPtr>> remove(Self self, Executor& home, std::string name);
  static Task<Result<Plan>> set_plan(Self self, Executor& home, Plan plan);
};

namespace {

Result<void> check_plan(const Plan& plan) {
  constexpr int64_t number_max = int64_t{1} << 53;  // what JSON's numbers can carry
  constexpr int64_t stanza_bytes_min = 10'000;      // RFC 6120 section 13.12
  if (const auto name = parse_short_name("The plan's name", plan.name, plan_name_bytes_max); !name) return name.error();
  for (const PlanLimitName& limit : plan_limit_names()) {
    const int64_t value = plan.limits.*limit.member;
    if (value >= unlimited && value <= number_max) continue;
    return bad("The limit " + std::string(limit.name) + " must be a count, or -1 for unlimited.");
  }
  if (plan.limits.stanza_bytes != unlimited && plan.limits.stanza_bytes < stanza_bytes_min) {
    return bad("The limit stanza_bytes must be at least 10000, which XMPP's clients rely on (RFC 6120, 13.12).");
  }
  return {};
}

}  // namespace

Result<Tenant> Tenants::State::make_tenant(const NewTenant& wanted) const {
  auto name = parse_short_name("The tenant's name", wanted.name, tenant_name_bytes_max);
  if (!name) return name.error();
  auto hosts = parse_hosts(wanted.domain, wanted.hosts);
  if (!hosts) return hosts.error();

  Tenant tenant;
  tenant.name = tenant.title = std::move(*name);
  tenant.plan.name = "default";
  tenant.hosts = std::move(*hosts);
  tenant.site_id = "pk_" + random_token(20);
  // Kept as it is: it hides who is who from a room's other occupants, and opens nothing.
  tenant.occupant_id_secret = random_bytes(32);
  tenant.created_ms = clock.wall_ms();
  tenant.meter = std::make_shared<Meter>();
  tenant.staff = std::make_shared<Staff>();
  tenant.aliases = std::make_shared<Aliases>();
  tenant.spellings = std::make_shared<Spellings>();
  auto made = make_changed(std::move(tenant), wanted.fields);
  if (!made) return made;
  if (const auto free = check_free(*made); !free) return free.error();
  return made;
}

Result<Tenant> Tenants::State::make_changed(Tenant tenant, const TenantChange& change) const {
  if (const auto applied = apply(tenant, change); !applied) return applied.error();
  auto plan = find_plan(tenant.plan.name);
  if (!plan) return plan.error();
  tenant.plan = std::move(*plan);
  return tenant;
}

Task<void> Tenants::State::tell_loops(Executor& home, TenantPtr tenant, bool removed) {
  if (!publish) co_return;
  auto told = publish(home, tenant, removed);
  co_await told;
}

Task<Result<TenantPtr>> Tenants::State::replace(Executor& home, Tenant changed) {
  auto statement = tenant_rows::update(changed);
  auto written = co_await control.execute(home, std::move(statement));
  if (!written) co_return written.error();
  if (written->changes != 1) co_return unknown_tenant(changed.name);
  const TenantPtr tenant = std::make_shared<const Tenant>(std::move(changed));
  keep(tenant);
  co_await tell_loops(home, tenant, false);
  co_return tenant;
}

Task<Result<void>> Tenants::State::equip(Self self, Executor& home, TenantId tenant, Equip equip) {
  if (equip) {
    auto equipping = equip(home, tenant);
    auto equipped = co_await equipping;
    if (!equipped) co_return equipped;
  }
  auto mark = tenant_rows::mark_made(tenant);
  auto marked = co_await self->control.execute(home, std::move(mark));
  co_return marked ? Result<void>() : Result<void>(marked.error());
}

Task<Result<TenantPtr>> Tenants::State::create(Self self, Executor& home, NewTenant wanted, Equip equipment) {
  auto turn = co_await self->turns.take(home);
  auto draft = self->make_tenant(wanted);
  if (!draft) co_return draft.error();
  auto statements = tenant_rows::insert(*draft);
  auto written = co_await self->control.transact(home, std::move(statements));
  if (!written) co_return written.error();
  if (written->rows.empty()) co_return Error{ErrorKind::internal_server_error, "The new tenant was not stored."};
  draft->id = static_cast<TenantId>(store::as_int(written->rows[0][0]));
  const auto equipped = co_await equip(self, home, draft->id, std::move(equipment));
  if (!equipped) {
    auto undo = tenant_rows::remove(draft->id, self->tables);
    auto undone = co_await self->control.transact(home, std::move(undo));
    co_return undone ? equipped.error() : undone.error();
  }
  const TenantPtr tenant = std::make_shared<const Tenant>(std::move(*draft));
  self->keep(tenant);
  co_await self->tell_loops(home, tenant, false);
  co_return tenant;
}

Task<Result<TenantPtr>> Tenants::State::change(Self self, Executor& home, std::string name, TenantChange change) {
  auto turn = co_await self->turns.take(home);
  const auto tenant = self->find_lasting(name);
  if (!tenant) co_return tenant.error();
  auto changed = self->make_changed(**tenant, change);
  if (!changed) co_return changed.error();
  auto replaced = co_await self->replace(home, std::move(*changed));
  co_return replaced;
}

Task<Result<TenantPtr>> Tenants::State::suspend(Self self, Executor& home, std::string name, std::string reason) {
  auto turn = co_await self->turns.take(home);
  const auto tenant = self->find_lasting(name);
  if (!tenant) co_return tenant.error();
  auto shown = parse_shown_text("The reason", reason, suspend_reason_characters_max);
  if (!shown) co_return shown.error();
  Tenant changed = **tenant;
  changed.suspended = true;
  changed.suspend_reason = std::move(*shown);
  auto replaced = co_await self->replace(home, std::move(changed));
  co_return replaced;
}

Task<Result<TenantPtr>> Tenants::State::resume(Self self, Executor& home, std::string name) {
  auto turn = co_await self->turns.take(home);
  const auto tenant = self->find_lasting(name);
  if (!tenant) co_return tenant.error();
  Tenant changed = **tenant;
  changed.suspended = false;
  changed.suspend_reason.clear();
  auto replaced = co_await self->replace(home, std::move(changed));
  co_return replaced;
}

// In a turn: whoever changes it meanwhile does not know yet, and afterwards must not.
Task<Result<TenantPtr>> Tenants::State::begin_removal(Self self, Executor& home, std::string name) {
  auto turn = co_await self->turns.take(home);
  const TenantPtr found = self->find(name);
  if (!found) co_return unknown_tenant(name);
  Tenant going = *found;
  going.being_removed = going.suspended = true;
  going.suspend_reason = removal_reason;
  auto mark = tenant_rows::update(going);
  auto marked = co_await self->control.execute(home, std::move(mark));
  if (!marked) co_return marked.error();
  const TenantPtr tenant = std::make_shared<const Tenant>(std::move(going));
  self->keep(tenant);
  co_return tenant;
}

// Whoever asks the control plane for something else waits for one portion at most.
Task<Result<void>> Tenants::State::remove_rows(Self self, Executor& home, TenantId tenant) {
  for (bool more = true; more;) {
    auto portion = tenant_rows::remove_portion(tenant, self->tables);
    const auto removed = co_await self->control.transact(home, std::move(portion));
    if (!removed) co_return removed.error();
    more = !removed->rows.empty();
  }
  auto rest = tenant_rows::remove(tenant, self->tables);
  const auto removed = co_await self->control.transact(home, std::move(rest));
  co_return removed ? Result<void>() : Result<void>(removed.error());
}

// The rest takes its time, which nobody else waits for.
Task<Result<TenantPtr>> Tenants::State::remove(Self self, Executor& home, std::string name) {
  const auto begun = co_await begin_removal(self, home, std::move(name));
  if (!begun) co_return begun.error();
  const TenantPtr& tenant = *begun;
  co_await self->tell_loops(home, tenant, true);
  auto alone = co_await self->removals.take(home);
  if (!self->find(tenant->id)) co_return unknown_tenant(tenant->name);  // another call has removed it meanwhile
  if (self->wipe) {
    auto wiping = self->wipe(home, tenant);
    auto wiped = co_await wiping;
    if (!wiped) co_return wiped.error();
  }
  const auto removed = co_await remove_rows(self, home, tenant->id);
  if (!removed) co_return removed.error();
  auto scrubbed = co_await self->control.scrub(home);
  if (!scrubbed) co_return scrubbed.error();
  auto turn = co_await self->turns.take(home);
  self->drop(*tenant);
  co_return tenant;
}

Task<Result<Plan>> Tenants::State::set_plan(Self self, Executor& home, Plan plan) {
  if (const auto checked = check_plan(plan); !checked) co_return checked.error();
  auto turn = co_await self->turns.take(home);
  const bool is_new = !self->find_plan(plan.name);
  if (is_new && self->plans.size() >= plans_max) {
    co_return Error{ErrorKind::resource_constraint, "There are 1000 plans; change one of them."};
  }
  auto statements = tenant_rows::store_plan(plan);
  auto written = co_await self->control.transact(home, std::move(statements));
  if (!written) co_return written.error();
  {
    const std::lock_guard lock(self->mutex);
    self->plans[plan.name] = plan;
  }
  const std::vector<TenantPtr> tenants = self->list();
  for (const TenantPtr& tenant : tenants) {
    if (tenant->plan.name != plan.name) continue;
    Tenant changed = *tenant;
    changed.plan = plan;
    const TenantPtr snapshot = std::make_shared<const Tenant>(std::move(changed));
    self->keep(snapshot);
    if (!snapshot->being_removed) co_await self->tell_loops(home, snapshot, false);
  }
  co_return plan;
}

Tenants::Tenants(store::ControlPlane& control, const Clock& clock) : state_(std::make_shared<State>(control, clock)) {}

void Tenants::set_publish(Publish publish) { state_->publish = std::move(publish); }
void Tenants::set_wipe(Wipe wipe) { state_->wipe = std::move(wipe); }
void Tenants::add_tables(const std::vector<TenantTable>& tables) {
  state_->tables.insert(state_->tables.begin(), tables.begin(), tables.end());
}

Result<std::vector<TenantPtr>> Tenants::load_all() {
  auto plans = tenant_rows::load_plans(state_->control);
  if (!plans) return plans.error();
  if (!plans->count("default")) {
    Plan plan;
    plan.name = "default";
    for (const store::Statement& statement : tenant_rows::store_plan(plan)) {
      if (const auto written = state_->control.execute_now(statement); !written) return written.error();
    }
    plans->emplace(plan.name, plan);
  }
  if (const auto removed = tenant_rows::remove_unmade(state_->control, state_->tables); !removed)
    return removed.error();
  auto tenants = tenant_rows::load_tenants(state_->control, *plans);
  if (!tenants) return tenants.error();
  for (const TenantPtr& tenant : *tenants) state_->keep(tenant);
  const std::lock_guard lock(state_->mutex);
  state_->plans = std::move(*plans);
  return tenants;
}

Task<Result<TenantPtr>> Tenants::create(Executor& home, NewTenant tenant, Equip equip) {
  return State::create(state_, home, std::move(tenant), std::move(equip));
}
Task<Result<TenantPtr>> Tenants::change(Executor& home, std::string name, TenantChange change) {
  return State::change(state_, home, std::move(name), std::move(change));
}
Task<Result<TenantPtr>> Tenants::suspend(Executor& home, std::string name, std::string reason) {
  return State::suspend(state_, home, std::move(name), std::move(reason));
}
Task<Result<TenantPtr>> Tenants::resume(Executor& home, std::string name) {
  return State::resume(state_, home, std::move(name));
}
Task<Result<TenantPtr>> Tenants::remove(Executor& home, std::string name) {
  return State::remove(state_, home, std::move(name));
}
Task<Result<Plan>> Tenants::set_plan(Executor& home, Plan plan) {
  return State::set_plan(state_, home, std::move(plan));
}

TenantPtr Tenants::find(std::string_view name) const { return state_->find(name); }

TenantPtr Tenants::find(TenantId id) const { return state_->find(id); }

bool Tenants::serves(std::string_view domain) const {
  const std::lock_guard lock(state_->mutex);
  return state_->by_domain.contains(domain);
}

std::vector<TenantPtr> Tenants::list() const { return state_->list(); }

std::vector<Plan> Tenants::plans() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<Plan> all;
  for (const auto& [name, plan] : state_->plans) all.push_back(plan);
  return all;
}

}  // namespace teahouse
