#include "tests/simulator/server.h"

#include <cstdlib>
#include <utility>

#include "app/modules.h"
#include "crypto/keys.h"
#include "files/testing/memory_objects.h"
#include "server/account_removal.h"

namespace teahouse::simulator {
namespace {

constexpr unsigned loop_count = 2;
constexpr int settling_turns = 30;
constexpr int64_t minute_ms = 60'000;

}  // namespace

struct RunningServer::HttpSide {
  explicit HttpSide(api::ApiContext its) : context(std::move(its)) {}
  api::ApiContext context;
  std::optional<http::Server> server;
};

RunningServer::RunningServer(Town& town, const Clock& clock, std::unique_ptr<SimulatedPlane> plane,
                             int64_t probe_after_s)
    : town_(town),
      clock_(clock),
      plane_(std::move(plane)),
      keys_(town.control(), clock, town.seal_key()),
      accounts_(town.control(), clock, town.seal_key()),
      audit_(town.control(), clock),
      tenants_(town.control(), clock, keys_, audit_),
      throttle_(clock),
      persons_(town.control(), clock, audit_, throttle_, town.seal_key()),
      steps_(town.control(), clock),
      limits_(clock),
      files_(*plane_, clock, std::make_unique<testing::MemoryObjects>()),
      shared_{clock, *plane_, accounts_, keys_, throttle_, limits_, "fake salts", {}, std::string(32, 'a'),
              {},    {},      &files_},
      certificates_(town.control(), clock, town.seal_key()),
      idempotency_(*plane_, clock, *crypto::Sealer::make(town.seal_key())),
      rooms_(make_rooms(shared_)),
      vapid_keys_(town.control(), clock, town.seal_key()),
      pushes_(make_pushes(shared_, vapid_keys_)) {
  shared_.sessions_outlive_stop = true;
  const c2s::Options options{.require_tls = false, .probe_after_s = probe_after_s};
  for (unsigned index = 0; index < loop_count; ++index) {
    loops_.push_back(std::make_unique<net::Loop>(index, clock));
    homes_.push_back(std::make_unique<Home>(*loops_.back(), shared_));
    for (auto& module : make_modules()) homes_.back()->modules().add(std::move(module));
    clients_.push_back(std::make_unique<c2s::Clients>(*homes_.back(), contexts_, options));
  }
  std::vector<c2s::Clients*> siblings;
  for (const auto& each : clients_) siblings.push_back(each.get());
  for (const auto& each : clients_) each->set_siblings(siblings);
  tenants_.add_tables(Accounts::tables());
  tenants_.add_tables(Persons::tables());
  tenants_.set_publish([this](Executor& home, TenantPtr tenant, bool removed) {
    return shared_.homes.publish(home, std::move(tenant), removed);
  });
  const auto loaded = tenants_.load_all();
  if (!loaded || !keys_.load_all() || !accounts_.count_all(*loaded) || !persons_.load_all()) std::abort();
  for (const auto& home : homes_) {
    for (const TenantPtr& tenant : *loaded) home->set_tenant(tenant);
    plane_->watch_commits(home->loop(), [to = home.get()](Lsn lsn) { to->commits().on_committed(lsn); });
  }
  serve_http();
  finish_removals_every_minute();
}

RunningServer::~RunningServer() {
  kill();
  for (const auto& side : http_) side->server.reset();
  clients_.clear();
  homes_.clear();
}

void RunningServer::accept(int fd, Chance& chance) {
  const size_t at = chance.below(clients_.size());
  clients_[at]->accept(std::make_unique<net::Connection>(*loops_[at], fd, "192.0.2.7"));
}

void RunningServer::accept_http(int fd, Chance& chance) {
  const size_t at = chance.below(http_.size());
  http_[at]->server->attach(std::make_unique<net::Connection>(*loops_[at], fd, "192.0.2.8"));
}

void RunningServer::serve_http() {
  for (const auto& home : homes_) {
    http_.push_back(std::make_unique<HttpSide>(api::ApiContext{*home,
                                                               tenants_,
                                                               *rooms_,
                                                               *pushes_,
                                                               audit_,
                                                               certificates_,
                                                               idempotency_,
                                                               persons_,
                                                               steps_,
                                                               crypto::hash_key(town_.operator_key()),
                                                               "http://im.example",
                                                               "ws://im.example/xmpp",
                                                               {},
                                                               {},
                                                               {}}));
    HttpSide& side = *http_.back();
    api::add_routes(home->http_routes(), side.context);
    side.server.emplace(home->loop(), home->http_routes());
  }
}

// Also those that an earlier run has left; as Tenancy does.
void RunningServer::finish_removals_every_minute() {
  spawn(finish_removals(*this));
  chores_ = first_loop().start_timer(minute_ms, [this] { finish_removals_every_minute(); });
}

Task<void> RunningServer::finish_removals(RunningServer& self) {
  const auto removals = co_await self.accounts_.removals().find(self.first_loop(), 100);
  if (!removals) co_return;
  for (const AccountRemovalPtr& removal : *removals) {
    const TenantPtr tenant = self.tenants_.find(removal->tenant());
    co_await finish_account_removal(self.shared_, self.first_loop(), tenant, removal);
  }
}

void RunningServer::turn(Chance& chance) {
  const size_t first = chance.below(loops_.size());
  for (size_t i = 0; i < loops_.size(); ++i) loops_[(first + i) % loops_.size()]->run_once(0);
}

void RunningServer::refuse_more() {
  for (size_t i = 0; i < homes_.size(); ++i) {
    clients_[i]->refuse_more();
    homes_[i]->refuse_more();
  }
}

void RunningServer::end_streams() {
  for (size_t i = 0; i < homes_.size(); ++i) {
    homes_[i]->stop();
    clients_[i]->stop();
  }
}

void RunningServer::park() {
  for (const auto& home : homes_) home->park();
}

// Tasks that wait for a store end by an error, so that none is left that would go on.
void RunningServer::kill() {
  town_.control().set_dead(true);
  plane_->kill();
  settle();
}

void RunningServer::settle() {
  for (int i = 0; i < settling_turns; ++i) {
    for (const auto& loop : loops_) loop->run_once(0);
  }
}

size_t RunningServer::streams() const {
  size_t count = 0;
  for (const auto& each : clients_) count += each->count();
  return count;
}

// Idle accounts stay in memory for a while, and so do halls.
std::string RunningServer::find_left_over() const {
  std::string found;
  const auto add = [&](const std::string& what, int64_t count, int64_t most) {
    if (count > most) found += std::to_string(count) + " " + what + ", ";
  };
  add("streams", static_cast<int64_t>(streams()), 0);
  for (const auto& home : homes_) {
    add("sessions", static_cast<int64_t>(home->sessions().size()), 0);
    add("accounts in memory", static_cast<int64_t>(home->residents().size()),
        static_cast<int64_t>(town_.people().size()));
  }
  for (const TenantPtr& tenant : tenants_.list()) {
    add("sessions of " + tenant->name, tenant->meter->sessions, 0);
    add("rooms of " + tenant->name, tenant->meter->rooms, 1);
  }
  return found;
}

int64_t RunningServer::sessions() const {
  int64_t count = 0;
  for (const TenantPtr& tenant : tenants_.list()) count += tenant->meter->sessions;
  return count;
}

}  // namespace teahouse::simulator
