// All changes are made in turns of Tenants, as a reseller's allotment is of its tenants: what is read before a write is
// still true after it. Order in each: check, disk, memory, loops.
#include "tenant/resellers.h"

#include <algorithm>

#include "base/random.h"
#include "crypto/hash.h"
#include "events/event_log.h"
#include "tenant/audit.h"
#include "tenant/event_outbox.h"
#include "tenant/names.h"
#include "tenant/reseller_rows.h"
#include "tenant/tenants.h"

namespace teahouse {
namespace {

constexpr size_t resellers_max = 1000, reseller_keys_max = 20;

struct KeyDraft {
  std::string secret = "rk_" + random_token(32);
  std::string hash = crypto::sha256(secret);
  ResellerKeyInfo info;

  KeyDraft(std::string label, int64_t now_ms) {
    info.hint = secret.substr(secret.size() - 4);
    info.label = std::move(label);
    info.created_ms = now_ms;
  }
};

Plan make_first_plan(const Reseller& reseller, PlanLimits limits) {
  constexpr int64_t stanza_bytes_min = 10'000;
  Plan plan{whole_plan_name(reseller.name, "default"), fit(reseller, limits)};
  if (plan.limits.stanza_bytes != unlimited)
    plan.limits.stanza_bytes = std::max(plan.limits.stanza_bytes, stanza_bytes_min);
  return plan;
}

}  // namespace

Result<void> check_limits(const PlanLimits& limits) {
  constexpr int64_t number_max = int64_t{1} << 53;  // what JSON's numbers can carry
  constexpr int64_t stanza_bytes_min = 10'000;      // RFC 6120 section 13.12
  for (const PlanLimitName& limit : plan_limit_names()) {
    const int64_t value = limits.*limit.member;
    if (value >= unlimited && value <= number_max) continue;
    return bad_request("The limit " + std::string(limit.name) + " must be a count, or -1 for unlimited.");
  }
  if (limits.stanza_bytes != unlimited && limits.stanza_bytes < stanza_bytes_min) {
    return bad_request(
        "The limit stanza_bytes must be at least 10000, which XMPP's clients rely on (RFC 6120, 13.12).");
  }
  return {};
}

Result<ResellerPtr> Resellers::find(const std::string& name) const {
  if (ResellerPtr found = directory_.find(name)) return found;
  return Error{ErrorKind::item_not_found, "There is no reseller '" + name.substr(0, 64) + "'."};
}

std::vector<Plan> Resellers::plans_of(std::string_view reseller) const {
  std::vector<Plan> plans = tenants_.plans();
  std::erase_if(plans, [reseller](const Plan& plan) { return reseller_of_plan(plan.name) != reseller; });
  return plans;
}

Given Resellers::given(const Reseller& reseller) const {
  Given given;
  for (const TenantId id : directory_.tenants_of(reseller.id)) {
    if (const TenantPtr tenant = tenants_.find(id)) given.add(tenant->limits());
  }
  return given;
}

Result<void> Resellers::check_tenant(const Reseller* reseller, const Tenant& tenant) const {
  if (!reseller) return {};
  Given after;
  after.add(tenant.limits());
  for (const TenantId id : directory_.tenants_of(reseller->id)) {
    const TenantPtr other = id == tenant.id ? nullptr : tenants_.find(id);
    if (other) after.add(other->limits());
  }
  return check_allotment(*reseller, given(*reseller), after);
}

Result<void> Resellers::check_plan(const Plan& plan) const {
  const std::string owner(reseller_of_plan(plan.name));
  if (owner.empty()) return {};
  const auto reseller = find(owner);
  if (!reseller) return reseller.error();
  Given after;
  for (const TenantId id : directory_.tenants_of((*reseller)->id)) {
    const TenantPtr tenant = tenants_.find(id);
    if (tenant) after.add(tenant->plan.name == plan.name ? plan.limits : tenant->limits());
  }
  return check_allotment(**reseller, given(**reseller), after);
}

Result<void> Resellers::check_panel_hosts(const Tenant& tenant) const {
  const auto resellers = directory_.list();
  for (const HostName& host : tenant.hosts) {
    for (const ResellerPtr& reseller : resellers) {
      if (reseller->panel_host != host.domain) continue;
      return Error{ErrorKind::conflict, "The domain '" + host.domain + "' is that of a panel."};
    }
  }
  return {};
}

Result<Reseller> Resellers::make_changed(Reseller reseller, const ResellerChange& change) const {
  for (const auto& [name, text] : change.texts) {
    for (const ResellerField& field : reseller_fields()) {
      if (field.name != name) continue;
      auto checked = text.empty() ? Result<std::string>(text) : field.check(text);
      if (!checked) return checked.error();
      reseller.*field.member = std::move(*checked);
    }
  }
  if (reseller.title.empty()) reseller.title = reseller.name;
  for (const ResellerPtr& other : directory_.list()) {
    if (reseller.panel_host.empty() || other->id == reseller.id || other->panel_host != reseller.panel_host) continue;
    return Error{ErrorKind::conflict,
                 "The panel of '" + other->name + "' is at '" + reseller.panel_host + "' already."};
  }
  if (!reseller.panel_host.empty() && tenants_.serves(reseller.panel_host)) {
    return Error{ErrorKind::conflict, "The domain '" + reseller.panel_host + "' is that of a tenant."};
  }
  reseller.tenants = change.tenants.value_or(reseller.tenants);
  if (reseller.tenants < 0 || reseller.tenants > reseller_tenants_max) {
    return bad_request("'tenants' must be from 0 to " + std::to_string(reseller_tenants_max) + ".");
  }
  reseller.oversell_percent = change.oversell_percent.value_or(reseller.oversell_percent);
  if (reseller.oversell_percent < oversell_percent_min || reseller.oversell_percent > oversell_percent_max) {
    return bad_request("'oversell_percent' must be from 100, which is no overselling, to 1000.");
  }
  for (const PlanLimitName& limit : plan_limit_names()) {
    const auto given = change.limits.find(limit.name);
    if (given != change.limits.end()) reseller.allotted.*limit.member = given->second;
  }
  if (const auto good = check_limits(reseller.allotted); !good) return good.error();
  return reseller;
}

std::vector<store::Statement> Resellers::note(std::string actor, std::string action, std::string detail) const {
  return audit_.insert({.actor = std::move(actor), .action = std::move(action), .detail = std::move(detail)});
}

Task<Result<MadeReseller>> Resellers::create(Executor& home, std::string name, ResellerChange change,
                                             std::string actor) {
  auto turn = co_await tenants_.turns_.take(home);
  auto parsed = parse_short_name("The reseller's name", name, reseller_name_bytes_max);
  if (!parsed) co_return parsed.error();
  if (directory_.find(*parsed)) {
    co_return Error{ErrorKind::conflict, "There is a reseller '" + *parsed + "' already."};
  }
  if (directory_.list().size() >= resellers_max) {
    co_return Error{ErrorKind::resource_constraint, "There are 1000 resellers, which is the limit."};
  }
  Reseller fresh;
  fresh.name = std::move(*parsed);
  fresh.created_ms = clock_.wall_ms();
  for (const PlanLimitName& limit : plan_limit_names()) fresh.allotted.*limit.member = unlimited;
  auto reseller = make_changed(std::move(fresh), change);
  if (!reseller) co_return reseller.error();
  auto draw = reseller_rows::draw_id();
  const auto drawn = co_await control_.transact(home, std::move(draw));
  if (!drawn) co_return drawn.error();
  reseller->id = static_cast<ResellerId>(store::as_int(drawn->rows[0][0]));

  KeyDraft key("first key", reseller->created_ms);
  const auto model = tenants_.directory_.find_plan("default");
  const Plan plan = make_first_plan(*reseller, model ? model->limits : PlanLimits());
  auto statements = reseller_rows::store(*reseller);
  append(statements, tenant_rows::store_plan(plan));
  append(statements, note(std::move(actor), "reseller.create", reseller->name));
  append(statements, reseller_rows::insert_key(reseller->id, key.hash, key.info));
  const auto written = co_await control_.transact(home, std::move(statements));
  const auto key_id = key_rows::read_newest(written);
  if (!key_id) co_return key_id.error();
  const auto made = std::make_shared<const Reseller>(std::move(*reseller));
  directory_.keep(made);
  tenants_.directory_.keep_plan(plan);
  key.info.id = *key_id;
  directory_.keep_key(made->id, key.hash, key.info);
  co_return MadeReseller{made, key.secret};
}

Task<Result<ResellerPtr>> Resellers::store(Executor& home, Reseller reseller, std::string actor, std::string action,
                                           std::string detail) {
  auto statements = reseller_rows::store(reseller);
  append(statements, note(std::move(actor), std::move(action), std::move(detail)));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  const auto stored = std::make_shared<const Reseller>(std::move(reseller));
  directory_.keep(stored);
  co_return ResellerPtr(stored);
}

Task<Result<ResellerPtr>> Resellers::change(Executor& home, std::string name, ResellerChange change,
                                            std::string actor) {
  auto turn = co_await tenants_.turns_.take(home);
  const auto found = find(name);
  if (!found) co_return found.error();
  auto changed = make_changed(**found, change);
  if (!changed) co_return changed.error();
  auto storing = store(home, std::move(*changed), std::move(actor), "reseller.change", name);
  auto stored = co_await storing;
  co_return stored;
}

Task<Result<ResellerPtr>> Resellers::suspend(Executor& home, std::string name, std::string reason, std::string actor) {
  auto turn = co_await tenants_.turns_.take(home);
  const auto found = find(name);
  if (!found) co_return found.error();
  auto shown = parse_shown_text("The reason", reason, suspend_reason_characters_max);
  if (!shown) co_return shown.error();
  Reseller changed = **found;
  changed.suspended = true;
  changed.suspend_reason = std::move(*shown);
  auto storing = store_suspension(home, std::move(changed), std::move(actor), "reseller.suspend");
  auto stored = co_await storing;
  co_return stored;
}

Task<Result<ResellerPtr>> Resellers::resume(Executor& home, std::string name, std::string actor) {
  auto turn = co_await tenants_.turns_.take(home);
  const auto found = find(name);
  if (!found) co_return found.error();
  Reseller changed = **found;
  changed.suspended = false;
  changed.suspend_reason.clear();
  auto storing = store_suspension(home, std::move(changed), std::move(actor), "reseller.resume");
  auto stored = co_await storing;
  co_return stored;
}

// The one row of the reseller says it of all its tenants; each that keeps such events gets one with it.
Task<Result<ResellerPtr>> Resellers::store_suspension(Executor& home, Reseller changed, std::string actor,
                                                      std::string action) {
  auto statements = reseller_rows::store(changed);
  append(statements, note(std::move(actor), std::move(action), changed.name + ", " + changed.suspend_reason));
  std::vector<TenantPtr> tenants;
  for (const TenantId id : directory_.tenants_of(changed.id)) {
    const TenantPtr tenant = tenants_.find(id);
    const bool stays = !tenant || tenant->being_removed || directory_.standing(id).suspended;
    if (stays) continue;
    tenants.push_back(tenant);
    if (!tenant->events.has(EventKind::tenant)) continue;
    EventBody event = changed.suspended ? EventBody(TenantSuspended{{changed.suspend_reason}})
                                        : EventBody(TenantResumed{{tenant->name}});
    append(statements, event_outbox::put(id, {clock_.wall_ms(), std::move(event)},
                                         {"SELECT 1 FROM tenants WHERE tenant_id = ?", {to_value(id)}}));
  }
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  const ResellerPtr reseller = std::make_shared<const Reseller>(std::move(changed));
  directory_.keep(reseller);
  for (const TenantPtr& tenant : tenants) {
    Tenant standing = *tenant;
    directory_.suspend_as_it_stands(standing, directory_.standing(tenant->id));
    const TenantPtr snapshot = std::make_shared<const Tenant>(std::move(standing));
    tenants_.directory_.keep(snapshot);
    co_await tenants_.tell_loops(home, snapshot, false);
    if (!snapshot->events.empty()) snapshot->event_log->drain_soon();
  }
  co_return reseller;
}

Task<Result<ResellerPtr>> Resellers::remove(Executor& home, std::string name, std::string actor) {
  auto turn = co_await tenants_.turns_.take(home);
  const auto found = find(name);
  if (!found) co_return found.error();
  const size_t tenants = directory_.tenants_of((*found)->id).size();
  if (tenants != 0) {
    co_return Error{ErrorKind::conflict, "The reseller '" + name + "' has " + std::to_string(tenants) +
                                             (tenants == 1 ? " tenant" : " tenants") +
                                             ". Remove them first, or move them to another."};
  }
  const std::vector<Plan> plans = plans_of(name);
  auto statements = reseller_rows::remove((*found)->id);
  for (const Plan& plan : plans) append(statements, tenant_rows::remove_plan(plan.name));
  append(statements, note(std::move(actor), "reseller.remove", name));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  for (const Plan& plan : plans) tenants_.directory_.drop_plan(plan.name);
  directory_.drop(**found);
  co_return *found;
}

Task<Result<MadeKey>> Resellers::make_key(Executor& home, std::string name, std::string label, std::string actor) {
  auto turn = co_await tenants_.turns_.take(home);
  const auto found = find(name);
  if (!found) co_return found.error();
  auto shown = parse_shown_text("The key's label", label, key_label_characters_max);
  if (!shown) co_return shown.error();
  if (directory_.keys((*found)->id).size() >= reseller_keys_max) {
    co_return Error{ErrorKind::resource_constraint, "There are 20 keys, which is the limit; revoke one first."};
  }
  KeyDraft key(std::move(*shown), clock_.wall_ms());
  auto statements = note(std::move(actor), "reseller.key.make", name + ", ..." + key.info.hint);
  append(statements, reseller_rows::insert_key((*found)->id, key.hash, key.info));
  const auto written = co_await control_.transact(home, std::move(statements));
  const auto id = key_rows::read_newest(written);
  if (!id) co_return id.error();
  key.info.id = *id;
  directory_.keep_key((*found)->id, key.hash, key.info);
  co_return MadeKey{*id, key.secret};
}

Task<Result<void>> Resellers::revoke_key(Executor& home, std::string name, int64_t id, std::string actor) {
  auto turn = co_await tenants_.turns_.take(home);
  const auto found = find(name);
  if (!found) co_return found.error();
  const auto keys = directory_.keys((*found)->id);
  if (std::none_of(keys.begin(), keys.end(), [id](const ResellerKeyInfo& key) { return key.id == id; })) {
    co_return Error{ErrorKind::item_not_found, "There is no such key of the reseller."};
  }
  auto statements = note(std::move(actor), "reseller.key.revoke", name + ", key " + std::to_string(id));
  statements.push_back(reseller_rows::remove_key((*found)->id, id));
  const auto written = co_await control_.transact(home, std::move(statements));
  if (!written) co_return written.error();
  directory_.drop_key((*found)->id, id);
  co_return Result<void>();
}

Task<Result<TenantPtr>> Resellers::move(Executor& home, std::string tenant, std::string reseller, std::string plan,
                                        std::string actor) {
  auto turn = co_await tenants_.turns_.take(home);
  const auto found = tenants_.find_lasting(tenant);
  if (!found) co_return found.error();
  ResellerPtr to;
  if (!reseller.empty()) {
    const auto wanted = find(reseller);
    if (!wanted) co_return bad_request(wanted.error().text);
    to = *wanted;
  }
  const std::string_view wanted_plan = plan.empty() ? short_plan_name((*found)->plan.name) : std::string_view(plan);
  const std::string plan_name = whole_plan_name(reseller, wanted_plan);
  auto changed = tenants_.make_changed(**found, {{"plan", plan_name}}, to.get());
  if (!changed) co_return changed.error();
  if (const auto allotted = check_tenant(to.get(), *changed); !allotted) co_return allotted.error();
  Standing standing = directory_.standing(changed->id);
  standing.reseller = to ? to->id : ResellerId::none;
  auto line = audit_.insert({.tenant = changed->id,
                             .actor = std::move(actor),
                             .action = "tenant.move",
                             .detail = to ? "to the reseller " + to->name : "to the operator",
                             .is_event = changed->events.has(EventKind::audit)});
  ChangedWith with{std::move(standing), std::move(line)};
  EventBody event = TenantChanged{{tenant}};
  auto replacing = tenants_.replace(home, std::move(*changed), std::move(event), std::move(with));
  auto replaced = co_await replacing;
  co_return replaced;
}

}  // namespace teahouse
