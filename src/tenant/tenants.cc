// All changes take turns, so what a coroutine reads before it writes is still true when it has written: memory (the
// directory) always shows what is on disk. Order in each change: check, disk, memory, loops. A removal takes
// a turn to say that it has begun, which nobody can change after that, and one for its end; the work between them
// is done by one removal at a time.
#include "tenant/tenants.h"

#include <algorithm>

#include "base/random.h"
#include "events/event_log.h"
#include "tenant/audit.h"
#include "tenant/event_outbox.h"
#include "tenant/keys.h"
#include "tenant/lasting_parts.h"
#include "tenant/names.h"
#include "tenant/reseller_rows.h"

namespace teahouse {
namespace {

constexpr size_t plans_max = 1000, reseller_plans_max = 100;
constexpr const char* removal_reason = "This site is being removed.";
constexpr std::string_view arrival_reason = Tenants::arrival_reason;

// The event of a change, and with it what shows that the change was written.
std::vector<store::Statement> put_event(const Tenant& tenant, int64_t now_ms, EventBody body) {
  if (!tenant.events.has(EventKind::tenant)) return {};
  return event_outbox::put(tenant.id, {now_ms, std::move(body)},
                           {"SELECT 1 FROM tenants WHERE tenant_id = ?", {to_value(tenant.id)}});
}

Error is_operators(const Tenant& tenant) {
  return {ErrorKind::forbidden, "The operator has suspended the tenant '" + tenant.name +
                                    "' and alone can change that: " + tenant.suspend_reason};
}

Error unknown_tenant(std::string_view name) {
  return {ErrorKind::item_not_found, "There is no tenant '" + std::string(name) + "'."};
}

Error refuse_change(const Tenant& tenant) {
  if (tenant.suspend_reason == arrival_reason) {
    return {ErrorKind::conflict, "The tenant '" + tenant.name + "' is being imported. Wait until that has ended."};
  }
  return {ErrorKind::conflict,
          "The tenant '" + tenant.name +
              "' is being removed: it can't be changed, suspended or resumed any more. Its "
              "name and domain are free when it is gone; removing it again goes on with what a crash has cut off."};
}

Result<void> check_plan(const Plan& plan) {
  const std::string short_name(short_plan_name(plan.name));
  if (plan.name != whole_plan_name(reseller_of_plan(plan.name), short_name)) {
    return bad_request("The plan's name must have a reseller's before its dot.");
  }
  if (const auto name = parse_short_name("The plan's name", short_name, plan_name_bytes_max); !name)
    return name.error();
  for (size_t i = 0; i < plan_limit_count; ++i) {
    const PlanLimitName& limit = plan_limit_names()[i];
    if (limit.is_counted || plan.over_use(i) == OverUse::refuse) continue;
    return bad_request("The limit " + std::string(limit.name) + " is not of a tenant as a whole, and can't be passed.");
  }
  return check_limits(plan.sold_limits());
}

// A plan is for the tenants of its owner alone, and another's is none.
Result<void> check_owner(const std::string& plan, const Reseller* reseller) {
  const std::string_view owner = reseller ? std::string_view(reseller->name) : std::string_view();
  if (reseller_of_plan(plan) == owner) return {};
  return bad_request("There is no plan '" + plan.substr(0, 64) + "'" +
                     (reseller ? " of the reseller '" + reseller->name + "'." : " of the operator's."));
}

bool has_host(const std::vector<HostName>& hosts, const HostName& host) {
  return std::find(hosts.begin(), hosts.end(), host) != hosts.end();
}

// The hosts that it has no more; also one that is of another kind now.
std::vector<HostName> left_hosts(const Tenant& before, const Tenant& after) {
  std::vector<HostName> left;
  for (const HostName& host : before.hosts) {
    if (!has_host(after.hosts, host)) left.push_back(host);
  }
  return left;
}

}  // namespace

Result<std::vector<TenantPtr>> Tenants::load_all() {
  if (const auto loaded = reseller_rows::load(control_, resellers_.directory_); !loaded) return loaded.error();
  auto plans = tenant_rows::load_plans(control_);
  if (!plans) return plans.error();
  if (!plans->count("default")) {
    const Plan plan{"default", {}};
    for (const store::Statement& statement : tenant_rows::store_plan(plan)) {
      if (const auto written = control_.execute_now(statement); !written) return written.error();
    }
    plans->emplace(plan.name, plan);
  }
  auto tenants = tenant_rows::load_tenants(control_, *plans);
  if (!tenants) return tenants.error();
  for (TenantPtr& tenant : *tenants) {
    Tenant standing = *tenant;
    resellers_.directory_.suspend_as_it_stands(standing, resellers_.directory_.standing(tenant->id));
    if (standing.suspended != tenant->suspended) tenant = std::make_shared<const Tenant>(std::move(standing));
    directory_.keep(tenant);
  }
  for (auto& [name, plan] : *plans) directory_.keep_plan(std::move(plan));
  return tenants;
}

Result<Tenant> Tenants::make_tenant(const NewTenant& wanted, const Reseller* reseller) const {
  auto name = parse_short_name("The tenant's name", wanted.name, tenant_name_bytes_max);
  if (!name) return name.error();
  auto hosts = parse_hosts(wanted.domain, wanted.hosts, wanted.only_hosts);
  if (!hosts) return hosts.error();

  Tenant tenant;
  tenant.name = tenant.title = std::move(*name);
  tenant.plan.name = whole_plan_name(reseller ? reseller->name : "", "default");
  tenant.hosts = std::move(*hosts);
  tenant.site_id = "pk_" + random_token(20);
  // Kept as it is: it hides who is who from a room's other occupants, and opens nothing.
  tenant.occupant_id_secret = random_bytes(32);
  tenant.created_ms = clock_.wall_ms();
  add_lasting_parts(tenant);
  auto made = make_changed(std::move(tenant), wanted.fields, reseller);
  if (!made) return made;
  if (const auto allotted = resellers_.check_tenant(reseller, *made); !allotted) return allotted.error();
  if (const auto kept = check_kept(*made); !kept) return kept.error();
  if (const auto free = directory_.check_free(*made); !free) return free.error();
  return made;
}

Result<Tenant> Tenants::make_changed(Tenant tenant, const TenantChange& change, const Reseller* reseller) const {
  if (const auto applied = apply(tenant, change); !applied) return applied.error();
  if (const auto own = check_owner(tenant.plan.name, reseller); !own) return own.error();
  auto plan = directory_.find_plan(tenant.plan.name);
  if (!plan) return plan.error();
  tenant.plan = std::move(*plan);
  return tenant;
}

Result<void> Tenants::check_kept(const Tenant& tenant) const {
  if (const auto kept = resellers_.check_panel_hosts(tenant); !kept) return kept.error();
  for (const HostName& host : tenant.hosts) {
    if (!keep_) continue;
    if (const auto free = keep_(tenant.id, host.domain); !free) return free.error();
  }
  return {};
}

Result<void> Tenants::check_host_free(const Tenant& tenant, std::string_view domain) const {
  Tenant with = tenant;
  with.hosts = {{std::string(domain), HostKind::accounts}};
  if (const auto free = directory_.check_hosts_free(with); !free) return free.error();
  return check_kept(with);
}

Result<TenantPtr> Tenants::find_lasting(const std::string& name) const {
  const TenantPtr tenant = find(name);
  if (!tenant) return unknown_tenant(name);
  if (tenant->being_removed) return refuse_change(*tenant);
  return tenant;
}

Task<void> Tenants::tell_loops(Executor& home, TenantPtr tenant, bool removed) {
  if (!publish_) co_return;
  auto told = publish_(home, tenant, removed);
  co_await told;
}

Task<Result<MadeTenant>> Tenants::create(Executor& home, NewTenant wanted, std::string actor) {
  auto turn = co_await turns_.take(home);
  Standing standing;
  ResellerPtr reseller;
  if (!wanted.reseller.empty()) {
    const auto found = resellers_.find(wanted.reseller);
    if (!found) co_return bad_request(found.error().text);
    reseller = *found;
    standing.reseller = reseller->id;
  }
  auto draft = make_tenant(wanted, reseller.get());
  if (!draft) co_return draft.error();
  const auto drawn = co_await draw_id(home);
  if (!drawn) co_return drawn.error();
  draft->id = *drawn;
  resellers_.directory_.suspend_as_it_stands(*draft, standing);
  auto also = wanted.also ? wanted.also(draft->id) : std::vector<store::Statement>();
  auto storing = store_new(home, std::move(*draft), std::move(standing), std::move(actor), std::move(also));
  auto made = co_await storing;
  if (made) co_await tell_loops(home, made->tenant, false);
  co_return made;
}

// Its number, which seals its secret, is drawn before its rows; without a tenant nobody has it.
Task<Result<TenantId>> Tenants::draw_id(Executor& home) {
  auto draw = tenant_rows::draw_id();
  const auto drawn = co_await control_.transact(home, std::move(draw));
  if (!drawn) co_return drawn.error();
  co_return static_cast<TenantId>(store::as_int(drawn->rows[0][0]));
}

Task<Result<MadeTenant>> Tenants::store_new(Executor& home, Tenant tenant, Standing standing, std::string actor,
                                            std::vector<store::Statement> also) {
  const ApiKeys::Draft key = keys_.api.draft("first key");
  const std::string secret = SigningSecrets::draft();
  auto statements = tenant_rows::insert(tenant, standing);
  if (tenant.being_removed) statements.push_back(tenant_rows::update(tenant, standing));
  append(statements, keys_.api.insert(tenant.id, key));
  append(statements, keys_.signing.insert(tenant.id, secret));
  append(statements, audit_.insert({.tenant = tenant.id,
                                    .actor = std::move(actor),
                                    .action = tenant.being_removed ? "tenant.import" : "tenant.create",
                                    .detail = tenant.name + ", " + tenant.domain(),
                                    .is_event = !tenant.being_removed && tenant.events.has(EventKind::audit)}));
  if (!tenant.being_removed) append(statements, put_event(tenant, clock_.wall_ms(), TenantMade{{tenant.name}}));
  append(statements, std::move(also));
  statements.push_back(
      {"SELECT MAX(k.id), MAX(s.id) FROM api_keys k JOIN signing_secrets s ON s.tenant_id = k.tenant_id "
       "WHERE k.tenant_id = ?",
       {to_value(tenant.id)}});
  const auto written = co_await control_.transact(home, std::move(statements));
  const auto key_id = key_rows::read_newest(written);
  if (!key_id) co_return key_id.error();
  const int64_t secret_id = store::as_int(written->rows[0][1]);
  keys_.api.keep(tenant.id, key, *key_id);
  keys_.signing.keep(tenant.id, {secret_id, secret});
  const auto stored = std::make_shared<const Tenant>(std::move(tenant));
  resellers_.directory_.set_standing(stored->id, std::move(standing));
  directory_.keep(stored);
  if (!stored->events.empty() && !stored->being_removed) stored->event_log->drain_soon();
  co_return MadeTenant{stored, key.secret, secret};
}

Task<Result<TenantPtr>> Tenants::replace(Executor& home, Tenant changed, EventBody event, ChangedWith with) {
  const TenantPtr before = find(changed.id);
  if (!before) co_return unknown_tenant(changed.name);
  const Standing standing = with.standing ? *with.standing : resellers_.directory_.standing(changed.id);
  resellers_.directory_.suspend_as_it_stands(changed, standing);
  auto statements = tenant_rows::update_hosts(*before, changed);
  append(statements, std::move(with.statements));
  statements.push_back(tenant_rows::update(changed, standing));
  append(statements, put_event(changed, clock_.wall_ms(), std::move(event)));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  if (written->changes != 1) co_return unknown_tenant(changed.name);
  const TenantPtr tenant = std::make_shared<const Tenant>(std::move(changed));
  resellers_.directory_.set_standing(tenant->id, standing);
  directory_.keep(tenant);
  const std::vector<HostName> left = left_hosts(*before, *tenant);
  for (const HostName& host : left) directory_.drop_host(host.domain);
  co_await tell_loops(home, tenant, false);
  for (const HostName& host : left) {
    if (host.kind != HostKind::component) continue;
    auto forgetting = keys_.components.remove(home, tenant->id, host.domain);
    const auto forgotten = co_await forgetting;
    if (!forgotten) co_return forgotten.error();
  }
  if (!tenant->events.empty()) tenant->event_log->drain_soon();
  co_return tenant;
}

// The loops let go of them first, so that nothing new is said at them; their domains are nobody's before the rows go.
Task<Result<void>> Tenants::let_go_hosts(Executor& home, TenantPtr tenant, std::vector<HostName> left) {
  if (left.empty()) co_return Result<void>();
  Tenant without = *tenant;
  std::erase_if(without.hosts, [&](const HostName& host) { return has_host(left, host); });
  co_await tell_loops(home, std::make_shared<const Tenant>(std::move(without)), false);
  for (const HostName& host : left) {
    if (!let_go_) continue;
    auto letting_go = let_go_(home, tenant, host.domain);
    const auto gone = co_await letting_go;
    if (gone) continue;
    co_await tell_loops(home, tenant, false);
    co_return gone.error();
  }
  co_return Result<void>();
}

Task<Result<TenantPtr>> Tenants::change(Executor& home, std::string name, TenantChange change,
                                        std::optional<std::vector<HostName>> hosts) {
  auto turn = co_await turns_.take(home);
  auto changing = change_in_turn(home, std::move(name), std::move(change), std::move(hosts));
  auto changed = co_await changing;
  co_return changed;
}

Task<Result<TenantPtr>> Tenants::edit_hosts(Executor& home, std::string name, HostEdit edit) {
  auto turn = co_await turns_.take(home);
  const auto tenant = find_lasting(name);
  if (!tenant) co_return tenant.error();
  auto hosts = edit(**tenant);
  if (!hosts) co_return hosts.error();
  auto changing = change_in_turn(home, std::move(name), {}, std::move(*hosts));
  auto changed = co_await changing;
  co_return changed;
}

Task<Result<TenantPtr>> Tenants::change_in_turn(Executor& home, std::string name, TenantChange change,
                                                std::optional<std::vector<HostName>> hosts) {
  const auto tenant = find_lasting(name);
  if (!tenant) co_return tenant.error();
  const ResellerPtr reseller = resellers_.directory_.reseller_of((*tenant)->id);
  auto changed = make_changed(**tenant, change, reseller.get());
  if (!changed) co_return changed.error();
  if (const auto allotted = resellers_.check_tenant(reseller.get(), *changed); !allotted) co_return allotted.error();
  if (hosts) {
    if (hosts->empty() || hosts->front() != (*tenant)->hosts.front()) {
      co_return bad_request("The domain of a tenant's accounts is a part of their addresses, and stays: '" +
                            (*tenant)->domain() + "'.");
    }
    changed->hosts = std::move(*hosts);
    std::erase_if(changed->component_permissions, [&](const auto& each) {
      return !has_host(changed->hosts, {each.first, HostKind::component});
    });
    if (const auto free = directory_.check_hosts_free(*changed); !free) co_return free.error();
    if (const auto free = check_kept(*changed); !free) co_return free.error();
    const auto gone = co_await let_go_hosts(home, *tenant, left_hosts(**tenant, *changed));
    if (!gone) co_return gone.error();
  }
  EventBody event = TenantChanged{{name}};
  auto replaced = co_await replace(home, std::move(*changed), std::move(event));
  co_return replaced;
}

Task<Result<TenantPtr>> Tenants::set_component_permissions(Executor& home, std::string name, std::string domain,
                                                           ComponentPermissions permissions) {
  auto turn = co_await turns_.take(home);
  const auto tenant = find_lasting(name);
  if (!tenant) co_return tenant.error();
  if (!has_host((*tenant)->hosts, {domain, HostKind::component})) {
    co_return Error{ErrorKind::item_not_found, "There is no component '" + domain + "' of this tenant."};
  }
  Tenant changed = **tenant;
  changed.component_permissions.erase(domain);
  if (!permissions.is_empty()) changed.component_permissions.emplace(std::move(domain), std::move(permissions));
  EventBody event = TenantChanged{{changed.name}};
  auto replaced = co_await replace(home, std::move(changed), std::move(event));
  co_return replaced;
}

Task<Result<void>> Tenants::drop_admin(Executor& home, TenantId id, std::string bare_jid) {
  auto turn = co_await turns_.take(home);
  const TenantPtr tenant = find(id);
  if (!tenant || tenant->being_removed || !tenant->has_admin(bare_jid)) co_return Result<void>();
  Tenant changed = *tenant;
  std::erase(changed.admins, bare_jid);
  EventBody event = TenantChanged{{changed.name}};
  const auto replaced = co_await replace(home, std::move(changed), std::move(event));
  co_return replaced ? Result<void>() : Result<void>(replaced.error());
}

Task<Result<TenantPtr>> Tenants::suspend(Executor& home, std::string name, std::string reason, bool by_operator) {
  auto turn = co_await turns_.take(home);
  const auto tenant = find_lasting(name);
  if (!tenant) co_return tenant.error();
  auto shown = parse_shown_text("The reason", reason, suspend_reason_characters_max);
  if (!shown) co_return shown.error();
  ChangedWith with{resellers_.directory_.standing((*tenant)->id)};
  if (!by_operator && with.standing->suspended && with.standing->by_operator) co_return is_operators(**tenant);
  with.standing->suspended = true;
  with.standing->by_operator = by_operator;
  with.standing->reason = std::move(*shown);
  EventBody event = TenantSuspended{{with.standing->reason}};
  Tenant changed = **tenant;
  auto replaced = co_await replace(home, std::move(changed), std::move(event), std::move(with));
  co_return replaced;
}

Task<Result<TenantPtr>> Tenants::resume(Executor& home, std::string name, bool by_operator) {
  auto turn = co_await turns_.take(home);
  const auto tenant = find_lasting(name);
  if (!tenant) co_return tenant.error();
  ChangedWith with{resellers_.directory_.standing((*tenant)->id)};
  if (!by_operator && with.standing->suspended && with.standing->by_operator) co_return is_operators(**tenant);
  with.standing = Standing{with.standing->reseller};
  Tenant changed = **tenant;
  resellers_.directory_.suspend_as_it_stands(changed, *with.standing);
  EventBody event = changed.suspended ? EventBody(TenantChanged{{name}}) : EventBody(TenantResumed{{name}});
  auto replaced = co_await replace(home, std::move(changed), std::move(event), std::move(with));
  co_return replaced;
}

// The note is made in a turn: a change of the tenant that is under way ends before, and later ones are refused.
Task<Result<TenantPtr>> Tenants::begin_removal(Executor& home, std::string name) {
  auto turn = co_await turns_.take(home);
  const TenantPtr found = find(name);
  if (!found) co_return unknown_tenant(name);
  if (is_arriving(found->id)) co_return refuse_change(*found);
  Tenant going = *found;
  going.being_removed = going.suspended = true;
  going.suspend_reason = removal_reason;
  Standing standing = resellers_.directory_.standing(going.id);
  standing.suspended = standing.by_operator = true;
  standing.reason = removal_reason;
  auto mark = tenant_rows::update(going, standing);
  auto marked = co_await control_.execute(home, std::move(mark));
  if (!marked) co_return marked.error();
  resellers_.directory_.set_standing(going.id, std::move(standing));
  const TenantPtr tenant = std::make_shared<const Tenant>(std::move(going));
  directory_.keep(tenant);
  co_return tenant;
}

// Other calls of the control plane wait for one portion at most.
Task<Result<void>> Tenants::remove_rows(Executor& home, TenantId tenant) {
  for (bool more = true; more;) {
    auto portion = tenant_rows::remove_portion(tenant, tables_);
    const auto removed = co_await control_.transact(home, std::move(portion));
    if (!removed) co_return removed.error();
    more = !removed->rows.empty();
  }
  auto rest = tenant_rows::remove(tenant, tables_);
  const auto removed = co_await control_.transact(home, std::move(rest));
  co_return removed ? Result<void>() : Result<void>(removed.error());
}

// The rest takes its time, which nobody else waits for.
Task<Result<TenantPtr>> Tenants::remove(Executor& home, std::string name) {
  const auto begun = co_await begin_removal(home, std::move(name));
  if (!begun) co_return begun.error();
  const TenantPtr& tenant = *begun;
  co_await tell_loops(home, tenant, true);
  keys_.forget(tenant->id);
  auto alone = co_await removals_.take(home);
  if (!find(tenant->id)) co_return unknown_tenant(tenant->name);  // another call has removed it meanwhile
  if (wipe_) {
    auto wiping = wipe_(home, tenant);
    auto wiped = co_await wiping;
    if (!wiped) co_return wiped.error();
  }
  const auto removed = co_await remove_rows(home, tenant->id);
  if (!removed) co_return removed.error();
  auto scrubbed = co_await control_.scrub(home);
  if (!scrubbed) co_return scrubbed.error();
  auto turn = co_await turns_.take(home);
  directory_.drop(*tenant);
  resellers_.directory_.forget(tenant->id);
  co_return tenant;
}

Task<Result<Plan>> Tenants::set_plan(Executor& home, Plan plan) {
  if (const auto checked = check_plan(plan); !checked) co_return checked.error();
  auto turn = co_await turns_.take(home);
  if (const auto allotted = resellers_.check_plan(plan); !allotted) co_return allotted.error();
  const std::string_view owner = reseller_of_plan(plan.name);
  const size_t most = owner.empty() ? plans_max : reseller_plans_max;
  if (!directory_.find_plan(plan.name) && resellers_.plans_of(owner).size() >= most) {
    co_return Error{ErrorKind::resource_constraint,
                    "There are " + std::to_string(most) + " plans; change one of them."};
  }
  auto statements = tenant_rows::store_plan(plan);
  auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  directory_.keep_plan(plan);
  const std::vector<TenantPtr> tenants = list();
  for (const TenantPtr& tenant : tenants) {
    if (tenant->plan.name != plan.name) continue;
    Tenant changed = *tenant;
    changed.plan = plan;
    const TenantPtr snapshot = std::make_shared<const Tenant>(std::move(changed));
    directory_.keep(snapshot);
    if (!snapshot->being_removed) co_await tell_loops(home, snapshot, false);
  }
  co_return plan;
}

}  // namespace teahouse
