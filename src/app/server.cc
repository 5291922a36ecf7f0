#include "app/server.h"

#include <malloc.h>

#include <atomic>
#include <filesystem>
#include <future>

#include "account/known_logins.h"
#include "acme/name_rows.h"
#include "api/idempotency.h"
#include "app/federation.h"
#include "app/mail_out.h"
#include "app/memory_return.h"
#include "app/modules.h"
#include "app/planes.h"
#include "app/renewing.h"
#include "app/rest.h"
#include "app/secrets.h"
#include "app/snapshot.h"
#include "app/tenancy.h"
#include "app/where.h"
#include "app/worker.h"
#include "crypto/keys.h"
#include "crypto/sealer.h"
#include "files/disk_store.h"
#include "files/files.h"
#include "files/place.h"
#include "files/s3/s3_store.h"
#include "http/url.h"
#include "sign_up/sign_ups.h"
#include "store/clock_watch.h"
#include "store/disk_watch.h"
#include "store/start_up.h"
#include "store/workers.h"
#include "tenant/tables.h"
#include "tenant/usage_rollups.h"
#include "transfer/transfer.h"

namespace teahouse {

namespace {

// So long a stop waits at most for what is under way: before clients are told, and before sessions are written.
constexpr std::chrono::milliseconds rest_before_end{800}, rest_before_park{5000};

}  // namespace

std::vector<http::Asset> web_assets();

struct Server::State {
  State(Config its_config, size_t connections_max, Secrets its_secrets, Planes its_planes, LocalCa its_ca,
        crypto::Sealer its_sealer, std::unique_ptr<UsageFile> its_usage_file)
      : config(std::move(its_config)),
        secrets(std::move(its_secrets)),
        usage_file(std::move(its_usage_file)),
        allocations_max(config.has_relay() ? std::min<size_t>(connections_max / 8, 20'000) : 0),
        connections(connections_max - 2 * allocations_max),  // one has two addresses at most
        control(std::move(its_planes.control)),
        data(std::move(its_planes.data)),
        questions(std::move(its_planes.questions)),
        bond(std::move(its_planes.bond)),
        clock_watch(*data, clock),
        keys(*control, clock, secrets.seal_key),
        vapid_keys(*control, clock, secrets.seal_key),
        accounts(*control, clock, secrets.seal_key),
        certificates(*control, clock, secrets.seal_key),
        audit(*control, clock),
        domains(*control, clock),
        tenants(*control, clock, keys, audit),
        usage(*control, *data, clock, tenants, *usage_file),
        quota(*control, clock, tenants, audit),
        mail_out(*control, clock, config.mail, audit, tenants),
        throttle(clock),
        persons(*control, clock, audit, throttle, secrets.seal_key),
        sign_ups({*control, clock, audit, tenants, persons}, config.sign_up, config.disposable_mail),
        steps(*control, clock),
        limits(clock),
        idempotency(*data, clock, std::move(its_sealer)),
        contexts(clock),
        shared(*(shared_kept = std::make_unique<Shared>(Shared{clock,
                                                               *data,
                                                               accounts,
                                                               keys,
                                                               throttle,
                                                               limits,
                                                               secrets.fake_salt_secret,
                                                               {},
                                                               secrets.archive_id_secret,
                                                               config.option_defaults}))),
        tenancy(shared, *control, tenants, certificates, contexts, std::move(its_ca), *bond, clock_watch, domains,
                usage, quota),
        transfer({*control, *data, tenants, accounts, clock, make_row_forms(),
                  [this](Executor& home, TenantId tenant) { return tenancy.note(home, tenant); }}),
        assets_table(web_assets()),
        assets(assets_table) {}

  const Config config;
  const Secrets secrets;
  SystemClock clock;
  MemoryReturn memory;
  const std::unique_ptr<UsageFile> usage_file;  // outlives all who count
  const size_t allocations_max;
  net::ConnectionLimit connections;
  // Outlives the workers: what they hold at the end still looks for other homes (Homes).
  std::unique_ptr<Shared> shared_kept;
  // Destroyed last but for that: the threads of stores and accounts post to the loops until they themselves have ended.
  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<store::ControlPlane> control;
  std::unique_ptr<store::DataPlane> data;
  const std::shared_ptr<store::Questions> questions;  // of that
  const std::unique_ptr<store::Bond> bond;
  store::ClockWatch clock_watch;
  Keys keys;
  VapidKeys vapid_keys;
  Accounts accounts;
  Certificates certificates;
  Audit audit;
  domains::Domains domains;
  Tenants tenants;
  UsageRollups usage;
  QuotaWarnings quota;
  MailOut mail_out;
  LoginThrottle throttle;
  Persons persons;
  sign_up::SignUps sign_ups;
  FirstSteps steps;
  ApiCallLimits limits;
  std::unique_ptr<Files> files;
  api::IdempotencyRecords idempotency;
  net::TlsContexts contexts;
  Shared& shared;
  Tenancy tenancy;
  transfer::Transfer transfer;
  std::vector<http::Asset> assets_table;
  http::StaticFiles assets;
  std::unique_ptr<Rooms> rooms;
  std::unique_ptr<Pushes> pushes;
  acme::Challenges challenges{contexts};
  std::unique_ptr<Renewing> renewing;
  Ports ports;
  std::atomic<bool> is_snapshot_made = false;  // at this moment
  store::Workers snapshots{1, "snapshot"};     // no loop waits for the disk
  std::unique_ptr<store::DiskWatch> disk_watch;

  static Task<Result<std::string>> take_snapshot(State& self, Executor& home);
  Result<void> watch_clock();
  Result<std::unique_ptr<ObjectStore>> open_objects() const;
  Result<void> open_files(const std::vector<TenantPtr>& tenants_there);
  static Task<Result<void>> begin_files(Files& files, Executor& home, std::vector<TenantPtr> tenants_there);
  Result<void> load();
  void make_workers();
  Result<void> listen();
  domains::Target domain_target() const;
  std::unique_ptr<api::ApiContext> make_context(Worker& worker, const std::string& http_origin,
                                                const std::string& websocket_url);
  void serve_proxies();
  Result<void> serve_relay();
  void park();
};

// In a house from before the watch the newest of the stored times tells about when it is.
Result<void> Server::State::watch_clock() {
  const auto newest = control->execute_now(
      {"SELECT MAX(at_ms) FROM (SELECT MAX(at_ms) AS at_ms FROM audit UNION ALL SELECT MAX(created_ms) FROM accounts "
       "UNION ALL SELECT MAX(last_ms) FROM known_logins) AS newest",
       {}});
  if (!newest) return newest.error();
  auto begun = clock_watch.begin(newest->rows.empty() ? 0 : store::as_int(newest->rows[0][0]));
  if (begun && config.believe_clock) clock_watch.believe();
  return begun;
}

Result<void> Server::State::load() {
  auto watched = watch_clock();
  if (!watched) return watched;
  tenants.add_tables(Accounts::tables());
  tenants.add_tables(Persons::tables());
  tenants.add_tables(domains::Domains::tables());
  tenants.add_tables(acme::name_rows::tables());
  tenants.add_tables(mail::MailQueue::tables());
  tenants.add_tables(sign_up::SignUps::tables());
  const auto loaded = tenants.load_all();
  if (!loaded) return loaded.error();
  auto loaded_usage = usage.load(*loaded);
  if (!loaded_usage) return loaded_usage;
  mail_out.tell_owners_of(quota);
  tenancy.every_minute_also([this](net::Loop& loop) {
    mail_out.run(loop);
    spawn(sign_up::SignUps::run(sign_ups, loop));
  });
  auto loaded_quota = quota.load();
  if (!loaded_quota) return loaded_quota;
  auto loaded_keys = keys.load_all();
  if (!loaded_keys) return loaded_keys;
  auto loaded_vapid = vapid_keys.load_all();
  if (!loaded_vapid) return loaded_vapid;
  auto counted = accounts.count_all(*loaded);
  if (!counted) return counted;
  auto loaded_persons = persons.load_all();
  if (!loaded_persons) return loaded_persons;
  auto loaded_sign_ups = sign_ups.load();
  if (!loaded_sign_ups) return loaded_sign_ups;
  auto loaded_steps = steps.load_all();
  if (!loaded_steps) return loaded_steps;
  auto known = load_known_logins(*control, clock, clock_watch.is_believed(), throttle);
  if (!known) return known;
  auto proved = domains.load_all();
  if (!proved) return proved;
  auto calls = tenancy.load_call_usage(*loaded);
  if (!calls) return calls;
  auto opened = open_files(*loaded);
  if (!opened) return opened;
  const auto own = certificates.load_all();
  if (!own) return own.error();
  shared.audit = &audit;
  shared.tenants = &tenants;
  make_workers();
  auto made = Renewing::make({config, clock, *control, secrets.seal_key, *workers.front(), tenants, domains,
                              certificates, challenges, audit, tenancy});
  if (!made) return made.error();
  renewing = std::move(*made);
  auto ready = tenancy.set_house_certificate(config.tls_names);
  if (!ready) return ready;
  for (const HostCertificate& certificate : *own) tenancy.use(certificate);
  for (const TenantPtr& tenant : *loaded) {
    if (tenant->being_removed) continue;
    for (const auto& worker : workers) worker->home().set_tenant(tenant);
  }
  return {};
}

Result<std::unique_ptr<ObjectStore>> Server::State::open_objects() const {
  const std::string folder = config.data_directory + "/files";
  const auto settled = settle_place(folder, config.files_in_s3 ? s3::name_place(config.s3) : on_this_disk);
  if (!settled) return settled.error();
  return config.files_in_s3 ? s3::open_s3_store(config.s3, folder, clock) : open_disk_store(folder);
}

Result<void> Server::State::open_files(const std::vector<TenantPtr>& tenants_there) {
  auto objects = open_objects();
  if (!objects) return objects.error();
  files = std::make_unique<Files>(*data, clock, std::move(*objects));
  shared.files = files.get();
  return store::wait_for<Result<void>>(
      [this, &tenants_there](Executor& home) { return begin_files(*files, home, tenants_there); });
}

Task<Result<void>> Server::State::begin_files(Files& files, Executor& home, std::vector<TenantPtr> tenants_there) {
  for (const TenantPtr& tenant : tenants_there) {
    if (tenant->being_removed) continue;
    if (files.objects().is_on_disk()) {
      const auto finished = co_await files.finish(home, tenant->id);
      if (!finished) log::warning("files", "Files were not finished", {{"why", finished.error().text}});
    } else {
      files.finish_later(tenant->id);  // no start waits for another server
    }
    const auto counted = co_await files.count(home, tenant);
    if (!counted) {
      log::warning("files", "A tenant's files could not be counted",
                   {{"tenant", tenant->name}, {"why", counted.error().text}});
    }
  }
  co_return Result<void>();
}

Task<Result<std::string>> Server::State::take_snapshot(State& self, Executor& home) {
  if (self.is_snapshot_made.exchange(true)) co_return Error{ErrorKind::conflict, "A snapshot is being made."};
  const auto metered = co_await UsageRollups::store(self.usage, home);
  if (!metered) log::warning("usage", "A snapshot lacks a part of this hour", {{"why", metered.error().text}});
  const auto held = co_await self.files->hold(home);
  Async<Result<void>> making(home, [&self](Async<Result<void>>::Done done) {
    self.snapshots.post([&self, done = std::move(done)] {
      auto made = make_snapshot(*self.control, *self.data, self.config.data_directory);
      self.is_snapshot_made = false;
      done(std::move(made));
    });
  });
  const auto made = co_await making;
  if (!made) co_return made.error();
  co_return self.bond->house();
}

void Server::State::make_workers() {
  shared.device_days = config.c2s_device_days;
  shared.sessions_outlive_stop = config.c2s_sessions_outlive_stop;
  const unsigned count = config.loop_count();
  const c2s::Options options{config.c2s_require_tls, config.c2s_login_timeout_s, config.c2s_refused_timeout_s,
                             config.c2s_probe_after_s, config.c2s_bosh_inactivity_s};
  for (unsigned index = 0; index < count; ++index) {
    workers.push_back(std::make_unique<Worker>(index, shared, contexts, connections, options));
    workers.back()->return_memory_by(memory);
  }
  std::vector<c2s::Clients*> siblings;
  std::vector<components::Components*> component_siblings;
  for (const auto& worker : workers) {
    siblings.push_back(&worker->clients());
    component_siblings.push_back(&worker->components());
  }
  rooms = make_rooms(shared);
  pushes = make_pushes(shared, vapid_keys);
  for (const auto& worker : workers) {
    worker->clients().set_siblings(siblings);
    worker->components().set_siblings(component_siblings);
    const auto tell = [&commits = worker->home().commits()](Lsn lsn) { commits.on_committed(lsn); };
    data->watch_commits(worker->loop(), tell);
    worker->loop().post([tell, &data = *data] { tell(data.committed()); });  // of what was written before
  }
}

// Files that connections would have taken are the allocations'.
Result<void> Server::State::serve_relay() {
  if (config.has_group_calls()) {
    auto serving = serve_group_calls(workers, config);
    if (!serving) return serving;
  }
  if (!config.has_relay()) return {};
  return serve_calls(workers, config, secrets.calls_secret, static_cast<int64_t>(allocations_max));
}

void Server::State::serve_proxies() {
  if (!ports.proxy65) return;
  serve_bytestreams(workers, config.public_proxy65.host,
                    config.public_proxy65.port ? config.public_proxy65.port : ports.proxy65);
}

Result<void> Server::State::listen() {
  auto relaying = serve_relay();
  if (!relaying) return relaying;
  if (config.has_federation()) {
    auto federating = federate(workers, config, contexts, secrets.dialback_secret);
    if (!federating) return federating;
  }
  for (const auto& worker : workers) {
    auto listening = worker->listen(config, ports);
    if (!listening) return listening;
  }
  if (!ports.c2s && !ports.c2s_tls && !ports.http && !ports.https) {
    return Error{ErrorKind::bad_request,
                 "All listeners are switched off; set one of listen.c2s, c2s_tls, http, https."};
  }
  serve_proxies();
  if (config.has_relay()) tell_call_ports(workers, config, ports);
  const std::string http_origin = origin_of(config, ports);
  std::string websocket_url = "ws" + http_origin.substr(4) + "/xmpp";
  if (!config.public_url.empty()) shared.public_websocket_url = websocket_url;
  sign_ups.set_origin(http_origin);
  if (config.mail.are_set()) {  // a mail that somebody waits for goes at once
    net::Loop& loop = workers.front()->loop();
    sign_ups.set_mail_soon([this, &loop] { loop.post([this, &loop] { mail_out.run(loop); }); });
  }
  files->set_address(file_address(config, ports));
  shared.page_address = config.public_url.empty() ? file_address(config, ports) : config.public_url;
  for (const auto& worker : workers) worker->send_pushes(config, vapid_keys);
  http::ServerOptions options;
  options.trusted_proxies = config.trusted_proxies;
  const OutsideOptions outside{.dns_server = config.dns_server,
                               .ca_file = config.domains_ca_file,
                               .allow_private = config.domains_allow_private,
                               .trust_anchor_file = config.dns_trust_anchor};
  for (const auto& worker : workers) {
    worker->probe_domains(outside, domain_target());
    worker->serve_http(make_context(*worker, http_origin, websocket_url), assets, options);
    worker->answer_challenges(challenges);
  }
  return write_where(config, ports);
}

std::unique_ptr<api::ApiContext> Server::State::make_context(Worker& worker, const std::string& http_origin,
                                                             const std::string& websocket_url) {
  auto context = std::make_unique<api::ApiContext>(
      api::ApiContext{worker.home(), tenants, *rooms, *pushes, audit, certificates, idempotency, persons, steps,
                      crypto::hash_key(secrets.operator_key), http_origin, websocket_url,
                      [this](const HostCertificate& certificate) { tenancy.use(certificate); },
                      [this](const std::string& domain) { tenancy.forget_certificate(domain); },
                      [this](Executor& home) { return take_snapshot(*this, home); }});
  context->domains = &domains;
  context->renewals = &renewing->renewals();
  context->usage = &usage;
  context->transfer = &transfer;
  context->sign_ups = &sign_ups;
  context->test_mail = [this](Executor& home, std::string to) { return mail_out.test(home, std::move(to)); };
  return context;
}

// As the world reaches this server: by the name that the operator has said.
domains::Target Server::State::domain_target() const {
  domains::Target target{config.domains_target, ports.c2s, ports.c2s_tls, ports.s2s, ports.s2s_tls};
  if (!target.host.empty() || config.public_url.empty()) return target;
  const auto url = http::parse_url(config.public_url);
  if (url && !net::normal_ip(url->host)) target.host = url->host;
  return target;
}

// A row of a session does not change any more: an answer that was still under way would never come to its client, nor
// would a room's word that it is out.
void Server::State::park() {
  const bool is_failing = data->health().has(store::DiskHealth::data_waits);
  if (!is_failing && come_to_rest(workers, *control, *questions, rest_before_park)) {
    on_all_workers(workers, [](Worker& worker, const std::function<void()>& done) {
      worker.park();
      done();
    });
  } else if (shared.sessions_outlive_stop) {
    log::warning("server", "Sessions end with the server: the disk is late, or something was under way too long");
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::make(const Config& config, size_t connections_max) {
  auto secrets = load_or_make_secrets(config.data_directory, has_planes(config.data_directory));
  if (!secrets) return secrets.error();
  const auto health = std::make_shared<store::DiskHealth>();
  auto disk_watch = std::make_unique<store::DiskWatch>(
      config.data_directory, static_cast<uint64_t>(config.storage_reserve_mib) << 20, *health);
  disk_watch->look();
  auto planes = open_planes(
      config.data_directory,
      {config.accept_loss, static_cast<size_t>(config.storage_scrub_mib_per_s) << 20, disk_watch->is_tight(), health});
  if (!planes) return tell_disk(planes.error(), config.data_directory, *health);
  remove_left_snapshots(config.data_directory);
  static const SystemClock ca_clock;
  auto ca = LocalCa::load_or_make(config.data_directory + "/ca.pem", config.data_directory + "/ca.key", ca_clock);
  if (!ca) return ca.error();
  auto sealer = crypto::Sealer::make(secrets->seal_key);
  if (!sealer) return sealer.error();
  auto usage_file = UsageFile::open(config.data_directory + "/usage.map");
  if (!usage_file) return tell_disk(usage_file.error(), config.data_directory, *health);
  auto state = std::make_unique<State>(config, connections_max, std::move(*secrets), std::move(*planes), std::move(*ca),
                                       std::move(*sealer), std::move(*usage_file));
  state->disk_watch = std::move(disk_watch);
  auto loaded = state->load();
  if (!loaded) return tell_disk(loaded.error(), config.data_directory, *health);
  return std::unique_ptr<Server>(new Server(std::move(state)));  // tidy: allow new: the constructor is private
}

std::string Server::begin_panel() {
  if (state_->persons.has_operator() || (!state_->ports.http && !state_->ports.https)) return {};
  return origin_of(state_->config, state_->ports) + "/panel/first#" + state_->persons.begin_first();
}

Result<void> Server::start() {
  auto listening = state_->listen();
  if (!listening) return listening;
  for (const auto& worker : state_->workers) worker->run();
  std::promise<void> counted;
  state_->workers.front()->loop().post([this, &counted] {
    state_->tenancy.start(state_->workers.front()->loop(), [&counted] { counted.set_value(); });
    state_->workers.front()->home().parking().wake_rest_in_time();
    state_->renewing->renewals().start();
  });
  counted.get_future().wait();
  state_->disk_watch->start(*state_->control);
  ::malloc_trim(0);  // reading all tenants took more than keeping them does
  return {};
}

bool Server::stop() {
  State& state = *state_;
  log::info("server", "Stopping: streams are being closed");
  state.mail_out.end();
  on_all_workers(state.workers, [](Worker& worker, const std::function<void()>& done) {
    worker.refuse_more();
    done();
  });
  state.workers.front()->loop().post([&state] {
    state.tenancy.end_chores();
    state.renewing->renewals().stop();
  });
  come_to_rest(state.workers, *state.control, *state.questions, rest_before_end);  // clients wait no longer for a disk
  on_all_workers(state.workers, [](Worker& worker, const std::function<void()>& done) { worker.drain(done); });
  state.park();
  std::promise<void> noted;
  state_->workers.front()->loop().post(
      [this, &noted] { state_->tenancy.stop(state_->workers.front()->loop(), [&noted] { noted.set_value(); }); });
  noted.get_future().wait();
  const auto stored = store::wait_for<Result<void>>(
      [this](Executor& home) { return state_->data->wait(home, state_->data->appended()); });
  for (const auto& worker : state_->workers) worker->loop().stop();
  for (const auto& worker : state_->workers) worker->join();
  state_->disk_watch->stop();
  return stored && !state_->data->health().has(store::DiskHealth::data_waits);
}

}  // namespace teahouse
