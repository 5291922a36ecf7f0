#include "tests/simulator/town.h"

#include <cstdlib>

#include "account/accounts.h"
#include "account/persons.h"
#include "base/testing/run_task.h"
#include "tenant/audit.h"
#include "tenant/keys.h"
#include "tenant/tables.h"
#include "tenant/tenants.h"
#include "tests/simulator/chance.h"

namespace teahouse::simulator {
namespace {

constexpr uint64_t seed_of_town = 1;
constexpr char sleepy_rooms[] = R"({"muc":{"idle_room_time":0}})";

Task<void> tell_nobody(Executor&, TenantPtr, bool) { co_return; }

}  // namespace

Town::Town() {
  Chance chance(seed_of_town);
  set_random_source(&chance);
  FakeClock clock;
  testing::QueueExecutor home;
  auto migrations = tenant_migrations();
  for (const auto& more : {Accounts::migrations(), Persons::migrations()}) {
    migrations.insert(migrations.end(), more.begin(), more.end());
  }
  if (!control_.migrate(migrations)) std::abort();
  Keys keys(control_, clock, seal_key_);
  Audit audit(control_, clock);
  Tenants tenants(control_, clock, keys, audit);
  tenants.set_publish(tell_nobody);
  Accounts accounts(control_, clock, seal_key_);
  if (!tenants.load_all() || !keys.load_all()) std::abort();
  for (const char* name : {"shop", "forum"}) {
    const std::string domain = std::string(name) + ".example";
    const auto made = testing::run(home, tenants.create(home, {name, domain}, "operator"));
    if (!made) std::abort();
    made_.push_back({name, domain, made->api_key});
    for (const char* localpart : {"ann", "bo", "cy"}) {
      people_.push_back({localpart, domain, std::string("secret of ") + localpart});
      const Person& person = people_.back();
      const auto account = testing::run(home, accounts.create(home, made->tenant, localpart, person.password, {}));
      if (!account) std::abort();
      const auto row = control_.execute_now({"SELECT scram FROM accounts WHERE tenant_id = ? AND localpart = ?",
                                             {to_value(made->tenant->id), std::string(localpart)}});
      keys_[person.address()] = {to_value(made->tenant->id), person.localpart, row->rows.at(0).at(0)};
    }
  }
  // Rooms of the shop leave memory as soon as nobody is in them, those of the forum after a minute.
  const auto changed = testing::run(home, tenants.change(home, "shop", {{"modules", sleepy_rooms}}));
  if (!changed) std::abort();
  Plan small{"small", {}};
  small.limits.sessions_per_account = 2;
  small.limits.offline_messages = 2;
  if (!testing::run(home, tenants.set_plan(home, small))) std::abort();
  set_random_source(nullptr);
}

void Town::give_password(const Person& person) {
  const store::Row& keys = keys_.at(person.address());
  if (!control_.execute_now({"UPDATE accounts SET scram = ? WHERE tenant_id = ? AND localpart = ?",
                             {keys.at(2), keys.at(0), keys.at(1)}})) {
    std::abort();
  }
}

}  // namespace teahouse::simulator
