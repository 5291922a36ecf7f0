// Which claim is proved is decided by one statement of the control plane, so that of two checks at once one wins; the
// map follows it.
#include "domains/domains.h"

#include "base/random.h"

namespace teahouse::domains {
namespace {

using store::as_int;
using store::as_text;
using store::Row;
using store::Statement;

constexpr size_t secret_characters = 32;  // 190 bits
constexpr int64_t checks_a_minute = 10;
constexpr const char* columns = "tenant_id, domain, use_for, secret, created_ms, proved_ms, proved_by";

Domain read(const Row& row) {
  return {static_cast<TenantId>(as_int(row[0])),
          as_text(row[1]),
          as_text(row[2]),
          as_text(row[3]),
          as_int(row[4]),
          as_int(row[5]),
          as_text(row[6])};
}

Error taken(std::string_view domain) {
  return {ErrorKind::conflict,
          "The domain " + std::string(domain) +
              " belongs to another customer of this server, who has proved it. If it is yours now, ask the server's "
              "operator to take it over: they look at who holds it, and run `teahouse domain add TENANT " +
              std::string(domain) + " --trusted`."};
}

Error no_such(std::string_view domain) {
  return {ErrorKind::item_not_found,
          "The domain " + std::string(domain.substr(0, 300)) + " is not among this tenant's."};
}

}  // namespace

std::vector<store::Migration> Domains::migrations() {
  return {{"domains/1",
           {"CREATE TABLE domains(tenant_id BIGINT NOT NULL, domain TEXT NOT NULL, use_for TEXT NOT NULL, secret TEXT "
            "NOT NULL, created_ms BIGINT NOT NULL, proved_ms BIGINT NOT NULL, proved_by TEXT NOT NULL, PRIMARY KEY "
            "(tenant_id, domain))"}}};
}

std::vector<TenantTable> Domains::tables() { return {{"domains", {}}}; }

Result<void> Domains::load_all() {
  const auto answer =
      control_.execute_now({std::string("SELECT ") + columns + " FROM domains WHERE proved_ms > 0", {}});
  if (!answer) return answer.error();
  for (const Row& row : answer->rows) note(read(row));
  return {};
}

void Domains::note(const Domain& domain) {
  const std::lock_guard lock(mutex_);
  proved_.insert_or_assign(domain.domain, Proved{domain.tenant, domain.use});
}

void Domains::drop(TenantId tenant, std::string_view domain) {
  const std::lock_guard lock(mutex_);
  const auto found = proved_.find(domain);
  if (found != proved_.end() && found->second.tenant == tenant) proved_.erase(found);
}

void Domains::forget(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  std::erase_if(proved_, [tenant](const auto& each) { return each.second.tenant == tenant; });
}

std::optional<Domains::Proved> Domains::find_proved(std::string_view domain) const {
  const std::lock_guard lock(mutex_);
  const auto found = proved_.find(domain);
  return found == proved_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> Domains::proved_of(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [domain, proved] : proved_) {
    if (proved.tenant == tenant) names.push_back(domain);
  }
  return names;
}

std::vector<std::pair<std::string, Domains::Proved>> Domains::all_proved() const {
  const std::lock_guard lock(mutex_);
  return {proved_.begin(), proved_.end()};
}

bool Domains::covers(TenantId tenant, std::string_view domain) const {
  for (std::string_view name = domain; !name.empty();) {
    if (const auto proved = find_proved(name)) return proved->tenant == tenant;
    const size_t dot = name.find('.');
    name = dot == name.npos ? std::string_view() : name.substr(dot + 1);
  }
  return false;
}

Result<void> Domains::check_free(TenantId tenant, std::string_view domain) const {
  const auto proved = find_proved(domain);
  if (proved && proved->tenant != tenant) return taken(domain);
  return {};
}

Result<void> Domains::take_check(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  const int64_t wait_ms = checks_.take_ms(std::to_string(raw(tenant)), clock_.monotonic_ms(),
                                          TokenRate::per_minute(checks_a_minute, checks_a_minute));
  if (wait_ms == 0) return {};
  return Error{ErrorKind::resource_constraint, "Domains are checked 10 times a minute at most; try again in " +
                                                   std::to_string(wait_ms / 1000 + 1) + " seconds."};
}

Task<Result<Domain>> Domains::add(Executor& home, TenantPtr tenant, std::string domain, std::string use) {
  if (const auto free = check_free(tenant->id, domain); !free) co_return free.error();
  const auto there = co_await list(home, tenant->id);
  if (!there) co_return there.error();
  for (const Domain& each : *there) {
    if (each.domain == domain) {
      co_return Error{ErrorKind::conflict, "The domain " + domain + " is among this tenant's already."};
    }
  }
  if (there->size() >= domains_max) {
    co_return Error{ErrorKind::resource_constraint, "A tenant has 20 domains at most; remove one that is not used."};
  }
  Domain made{tenant->id, std::move(domain), std::move(use), random_token(secret_characters), clock_.wall_ms(), 0, {}};
  Statement insert{
      "INSERT INTO domains(tenant_id, domain, use_for, secret, created_ms, proved_ms, proved_by) "
      "SELECT tenant_id, ?, ?, ?, ?, 0, '' FROM tenants WHERE tenant_id = ?",
      {made.domain, made.use, made.secret, made.created_ms, to_value(made.tenant)}};
  const auto answer = co_await control_.execute(home, std::move(insert));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return no_such_tenant();
  co_return made;
}

Task<Result<Domain>> Domains::find(Executor& home, TenantId tenant, std::string domain) const {
  Statement select{std::string("SELECT ") + columns + " FROM domains WHERE tenant_id = ? AND domain = ?",
                   {to_value(tenant), domain}};
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  if (answer->rows.empty()) co_return no_such(domain);
  co_return read(answer->rows[0]);
}

Task<Result<std::vector<Domain>>> Domains::list(Executor& home, TenantId tenant) const {
  Statement select{std::string("SELECT ") + columns + " FROM domains WHERE tenant_id = ? ORDER BY domain",
                   {to_value(tenant)}};
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  std::vector<Domain> all;
  for (const Row& row : answer->rows) all.push_back(read(row));
  co_return all;
}

Task<Result<Domain>> Domains::prove(Executor& home, Domain claim, std::string by) {
  std::vector<Statement> statements;
  if (by == "operator") {
    statements.push_back({"UPDATE domains SET proved_ms = 0, proved_by = '' WHERE domain = ? AND tenant_id <> ?",
                          {claim.domain, to_value(claim.tenant)}});
  }
  claim.proved_ms = clock_.wall_ms();
  claim.proved_by = std::move(by);
  statements.push_back(
      {"UPDATE domains SET proved_ms = ?, proved_by = ? WHERE tenant_id = ? AND domain = ? AND NOT EXISTS "
       "(SELECT 1 FROM domains AS other WHERE other.domain = ? AND other.tenant_id <> ? AND other.proved_ms > 0)",
       {claim.proved_ms, claim.proved_by, to_value(claim.tenant), claim.domain, claim.domain, to_value(claim.tenant)}});
  const auto answer = co_await control_.transact(home, std::move(statements));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) {
    const auto free = check_free(claim.tenant, claim.domain);
    co_return free ? no_such(claim.domain) : free.error();
  }
  note(claim);
  co_return claim;
}

Task<Result<void>> Domains::doubt(Executor& home, TenantId tenant, std::string domain) {
  Statement update{"UPDATE domains SET proved_ms = 0, proved_by = '' WHERE tenant_id = ? AND domain = ?",
                   {to_value(tenant), domain}};
  const auto answer = co_await control_.execute(home, std::move(update));
  if (!answer) co_return answer.error();
  drop(tenant, domain);
  co_return Result<void>();
}

Task<Result<void>> Domains::remove(Executor& home, TenantId tenant, std::string domain) {
  Statement statement{"DELETE FROM domains WHERE tenant_id = ? AND domain = ?", {to_value(tenant), domain}};
  const auto answer = co_await control_.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  drop(tenant, domain);
  if (answer->changes == 0) co_return no_such(domain);
  co_return Result<void>();
}

}  // namespace teahouse::domains
