#include "app/tenancy.h"

#include "account/known_logins.h"
#include "api/idempotency.h"
#include "app/modules.h"
#include "base/log.h"
#include "files/files.h"
#include "server/account_removal.h"
#include "server/mentions.h"
#include "tenant/names.h"
#include "xmpp/jid.h"

namespace teahouse {
namespace {
constexpr int64_t trim_day_ms = 86'400'000, chores_every_ms = 60'000;
constexpr size_t expired_max = 1000;  // guests removed a minute

// The domain as clients ask for it in a handshake: in ASCII.
std::string name_on_the_wire(const std::string& domain) {
  auto ascii = ascii_domain(domain);
  return ascii ? *ascii : domain;
}
}  // namespace

Tenancy::Tenancy(Shared& shared, store::ControlPlane& control, Tenants& tenants, Certificates& certificates,
                 net::TlsContexts& contexts, LocalCa ca, store::Bond& bond, store::ClockWatch& clock_watch,
                 domains::Domains& domains, UsageRollups& usage, QuotaWarnings& quota)
    : shared_(shared),
      control_(control),
      tenants_(tenants),
      certificates_(certificates),
      contexts_(contexts),
      ca_(std::move(ca)),
      bond_(bond),
      clock_watch_(clock_watch),
      domains_(domains),
      modules_(make_modules()),
      events_(shared, control, tenants, clock_watch),
      call_usage_(control, shared.clock),
      usage_(usage),
      quota_(quota) {
  for (const auto& module : modules_) {
    const auto& archives = module->info().archives;
    archives_.insert(archives_.end(), archives.begin(), archives.end());
  }
  tenants_.set_publish([this](Executor& home, TenantPtr tenant, bool removed) {
    return publish(*this, home, std::move(tenant), removed);
  });
  tenants_.set_let_go([this](Executor& home, TenantPtr tenant, std::string domain) {
    return let_go(*this, home, std::move(tenant), std::move(domain));
  });
  tenants_.set_keep([this](TenantId tenant, std::string_view domain) { return domains_.check_free(tenant, domain); });
  contexts_.set_maker([this](const std::string& name) { return issue(name); });
  tenants_.set_wipe([this](Executor& home, TenantPtr tenant) { return wipe(*this, home, std::move(tenant)); });
}

Result<void> Tenancy::set_house_certificate(const std::vector<std::string>& names) {
  std::vector<std::string> all{"localhost", "127.0.0.1", "::1"};
  all.insert(all.end(), names.begin(), names.end());
  const auto pair = ca_.issue_local(all);
  if (!pair) return pair.error();
  for (const std::string& name : names) {
    auto set = contexts_.set(name, pair->chain_pem, pair->key_pem);
    if (!set) return set;
  }
  return contexts_.set_fallback(pair->chain_pem, pair->key_pem);
}

void Tenancy::use(const HostCertificate& certificate) {
  const auto set = contexts_.set(name_on_the_wire(certificate.domain), certificate.chain_pem, certificate.key_pem);
  if (!set)
    log::error("tls", "A certificate can't be used", {{"domain", certificate.domain}, {"why", set.error().text}});
  if (set && shown_) shown_(certificate);
}

void Tenancy::watch_certificates(std::function<void(const HostCertificate&)> shown,
                                 std::function<void(const std::string& domain)> hidden) {
  shown_ = std::move(shown);
  hidden_ = std::move(hidden);
}

// Issues for the one spelling that a host has, so that a stranger who thinks of others ("shop.example.") makes nothing
// grow.
bool Tenancy::issue(const std::string& name) {
  const auto jid = BareJid::parse(name);
  if (!jid || jid->has_localpart()) return false;
  if (!tenants_.serves(jid->domainpart()) && !domains_.find_proved(jid->domainpart())) return false;
  const std::string domain(jid->domainpart());
  if (name != domain && name != name_on_the_wire(domain)) return false;
  const auto pair = ca_.issue_local({domain});
  const auto set = pair ? contexts_.set(name, pair->chain_pem, pair->key_pem) : Result<void>(pair.error());
  if (!set) log::error("tls", "No certificate could be issued", {{"domain", name}, {"why", set.error().text}});
  return set.has_value();
}

void Tenancy::forget_certificate(const std::string& domain) {
  contexts_.remove(name_on_the_wire(domain));
  if (hidden_) hidden_(domain);
}

// Before any loop can write for it.
Task<void> Tenancy::note_tenant(Tenancy& self, Executor& home, TenantId tenant) {
  const auto noted = co_await self.bond_.note_tenant(home, tenant);
  if (!noted) log::warning("store", "The data plane could not note a new tenant", {{"why", noted.error().text}});
}

Task<void> Tenancy::publish(Tenancy& self, Executor& home, TenantPtr tenant, bool removed) {
  co_await note_tenant(self, home, tenant->id);
  self.events_.watch(*tenant);
  if (!removed) self.usage_.add(*tenant);
  auto told = self.shared_.homes.publish(home, std::move(tenant), removed);
  co_await told;
}

// Its domains are its own until this has ended: what is told to the loops may come later, when they are another's.
Task<Result<void>> Tenancy::wipe(Tenancy& self, Executor& home, TenantPtr tenant) {
  for (const HostName& host : tenant->hosts) self.forget_certificate(host.domain);
  for (const std::string& domain : self.domains_.proved_of(tenant->id)) self.forget_certificate(domain);
  self.domains_.forget(tenant->id);
  for (const HostName& host : tenant->hosts) {
    auto forgotten = co_await forget_domain(self.shared_, home, host.domain);
    if (!forgotten) co_return forgotten;
  }
  for (const auto& module : self.modules_) {
    for (const std::string_view map : module->info().mentions) {
      auto forgotten = co_await Mentions(self.shared_.data, map).forget_tenant(home, tenant->id, tenant->domain());
      if (!forgotten) co_return forgotten;
    }
  }
  self.shared_.accounts.invites().forget(tenant->id);
  auto files_removed = co_await self.shared_.files->remove_tenant(home, tenant->id);
  if (!files_removed) co_return files_removed;
  auto removed = co_await self.shared_.data.remove_tenant(home, tenant->id);
  co_return removed;
}

Task<Result<void>> Tenancy::let_go(Tenancy& self, Executor& home, TenantPtr tenant, std::string domain) {
  auto forgotten = co_await forget_domain(self.shared_, home, domain);
  if (!forgotten) co_return forgotten;
  auto removed = co_await self.certificates_.remove(home, tenant->id, domain);
  if (!removed && removed.error().kind != ErrorKind::item_not_found) co_return removed;
  self.forget_certificate(domain);
  co_return Result<void>();
}

void Tenancy::start(net::Loop& loop, std::function<void()> counted) {
  spawn(count_all(*this, loop, [this, &loop, counted = std::move(counted)] {
    counted();
    spawn(trim_all(*this, loop));
    is_counted_ = true;
    spawn(warn(*this, loop));
    spawn(roll_usage(*this, loop));
    end_hours(loop);
  }));
  events_.start(loop);
  spawn(shared_.files->finish_all(loop));
  spawn(finish_removals(*this, loop));
  spawn(remove_expired(*this, loop));
  spawn(remove_old_devices(*this, loop));
  every_minute(loop);
}

void Tenancy::every_minute(net::Loop& loop) {
  chores_ = loop.start_timer(chores_every_ms, [this, &loop] {
    clock_watch_.look();
    shared_.data.retry_chores();
    events_.every_minute();
    spawn(store_notes(*this, loop, [] {}));
    spawn(count_full(*this, loop));
    spawn(roll_usage(*this, loop));
    spawn(warn(*this, loop));
    spawn(shared_.files->finish_all(loop));
    spawn(finish_removals(*this, loop));
    spawn(remove_expired(*this, loop));
    if (++minutes_ % 60 == 0) {
      spawn(trim_all(*this, loop));
      spawn(remove_old_devices(*this, loop));
    }
    every_minute(loop);
  });
}

// An hour ends at its end; one that could not end then, a minute later or two.
void Tenancy::end_hours(net::Loop& loop) {
  const int64_t left_ms = usage_.left_ms();
  hour_end_ = loop.start_timer(left_ms > 0 ? left_ms + 1 : chores_every_ms, [this, &loop] {
    spawn(roll_usage(*this, loop));
    end_hours(loop);
  });
}

// Not before it is known how much is stored.
Task<void> Tenancy::roll_usage(Tenancy& self, net::Loop& loop) {
  if (!self.is_counted_ || !self.clock_watch_.is_believed()) co_return;
  const auto rolled = co_await UsageRollups::roll(self.usage_, loop);
  if (!rolled) log::warning("usage", "An hour's usage could not be noted", {{"why", rolled.error().text}});
}

Task<void> Tenancy::warn(Tenancy& self, net::Loop& loop) {
  if (!self.is_counted_ || std::exchange(self.warning_, true)) co_return;
  const auto warned = co_await QuotaWarnings::look(self.quota_, loop);
  if (!warned) log::warning("usage", "A warning of a plan's limit could not be given", {{"why", warned.error().text}});
  self.warning_ = false;
  if (self.also_ && !self.ends_) self.also_(loop);
}

void Tenancy::end_chores() {
  ends_ = true;
  hour_end_.stop();
  chores_.stop();
}

void Tenancy::stop(net::Loop& loop, std::function<void()> done) {
  clock_watch_.look();
  spawn(store_notes(*this, loop, std::move(done)));
}

// Sets the meter by what the store counts. An append meanwhile adds to the meter itself.
Task<void> Tenancy::count_archives(Tenancy& self, net::Loop& loop, TenantPtr tenant) {
  const int64_t before = tenant->meter->archive_bytes;
  int64_t counted = 0;
  for (const ArchiveInfo& archive : self.archives_) {
    const auto bytes = co_await self.shared_.data.count_bytes(loop, tenant->id, std::string(archive.name));
    if (!bytes) co_return;
    counted += static_cast<int64_t>(*bytes);
  }
  tenant->meter->archive_bytes.fetch_add(counted - before);
  if (before != 0 && counted != before) tenant->meter->usage.touch();  // 0: the server starts
}

Task<void> Tenancy::count_all(Tenancy& self, net::Loop& loop, std::function<void()> done) {
  for (const TenantPtr& tenant : self.tenants_.list()) {
    if (!self.ends_) co_await count_archives(self, loop, tenant);
  }
  done();
}

// A tenant whose archive is nearly full needs to know soon that an account or a room was removed with what it had
// there.
Task<void> Tenancy::count_full(Tenancy& self, net::Loop& loop) {
  for (const TenantPtr& tenant : self.tenants_.list()) {
    if (self.ends_) co_return;
    const int64_t limit = tenant->plan.sold_limits().archive_bytes;
    if (limit >= 0 && tenant->meter->archive_bytes > limit / 2) co_await count_archives(self, loop, tenant);
  }
}

Task<void> Tenancy::trim_answers(Tenancy& self, net::Loop& loop, TenantId tenant) {
  const store::ArchiveStore answers = self.shared_.data.archive(tenant, api::answers_archive);
  const auto trimmed = co_await answers.trim(loop, self.shared_.clock.wall_ms() - api::answers_kept_ms);
  if (!trimmed) log::warning("api", "Kept answers were not trimmed", {{"why", trimmed.error().text}});
}

Task<void> Tenancy::trim_archive(Tenancy& self, net::Loop& loop, TenantPtr tenant, std::string_view name,
                                 int64_t before_ms) {
  const store::ArchiveStore archive = self.shared_.data.archive(tenant->id, name);
  const auto trimmed = co_await archive.trim(loop, before_ms);
  if (!trimmed) {
    log::warning("archive", "An archive was not trimmed", {{"tenant", tenant->name}, {"why", trimmed.error().text}});
  } else if (trimmed->rows > 0) {
    log::info("archive", "What is older than the tenant's plan keeps was removed",
              {{"tenant", tenant->name},
               {"store", std::string(name)},
               {"before", format_time(before_ms)},
               {"rows", std::to_string(trimmed->rows)},
               {"bytes", std::to_string(trimmed->bytes)}});
  }
}

Task<void> Tenancy::trim_files(Tenancy& self, net::Loop& loop, TenantPtr tenant, int64_t before_ms) {
  const auto trimmed = co_await self.shared_.files->trim(loop, tenant, before_ms);
  if (!trimmed) {
    log::warning("files", "Files were not trimmed", {{"tenant", tenant->name}, {"why", trimmed.error().text}});
  } else if (*trimmed > 0) {
    log::info("files", "Files that are older than the tenant's plan keeps were removed",
              {{"tenant", tenant->name}, {"before", format_time(before_ms)}, {"files", std::to_string(*trimmed)}});
  }
}

Task<void> Tenancy::trim_all(Tenancy& self, net::Loop& loop) {
  if (!self.clock_watch_.is_believed()) {
    log::warning("archive", "Nothing is trimmed: the wall clock is not believed yet");
    co_return;
  }
  const int64_t now_ms = self.shared_.clock.wall_ms();
  co_await trim_answers(self, loop, TenantId::server);
  for (const TenantPtr& tenant : self.tenants_.list()) {
    if (self.ends_) co_return;
    for (const ArchiveInfo& archive : self.archives_) {
      const int64_t days = tenant->limits().*archive.days_max;
      if (days >= 0) co_await trim_archive(self, loop, tenant, archive.name, now_ms - days * trim_day_ms);
    }
    const int64_t file_days = tenant->limits().file_days;
    if (file_days >= 0 && !tenant->being_removed) {
      co_await trim_files(self, loop, tenant, now_ms - file_days * trim_day_ms);
    }
    co_await count_archives(self, loop, tenant);
    co_await trim_answers(self, loop, tenant->id);
  }
}

Task<void> Tenancy::remove_expired(Tenancy& self, net::Loop& loop) {
  if (!self.clock_watch_.is_believed()) co_return;
  const auto expired = co_await self.shared_.accounts.find_expired(loop, expired_max);
  if (!expired) co_return;
  for (const Accounts::Expired& account : *expired) {
    if (self.ends_) co_return;
    const TenantPtr tenant = self.tenants_.find(account.tenant);
    if (!tenant || tenant->being_removed) continue;
    const auto removed = co_await remove_account_whole(self.shared_, loop, tenant, account.localpart);
    if (!removed) log::warning("accounts", "A guest who is gone was not removed", {{"why", removed.error().text}});
  }
}

Task<void> Tenancy::remove_old_devices(Tenancy& self, net::Loop& loop) {
  if (!self.clock_watch_.is_believed()) co_return;
  const auto removed = co_await self.shared_.accounts.devices().remove_old(loop, self.shared_.device_keep_ms());
  if (!removed) log::warning("accounts", "Devices that are gone were not removed", {{"why", removed.error().text}});
}

// Removes all that a crash, or a disk that failed, has left of removed accounts and tenants.
Task<void> Tenancy::finish_removals(Tenancy& self, net::Loop& loop) {
  if (std::exchange(self.finishing_, true)) co_return;
  co_await finish_account_removals(self, loop);
  for (const TenantPtr& tenant : self.tenants_.list()) {
    if (!tenant->being_removed || self.tenants_.is_arriving(tenant->id) || self.ends_) continue;
    const auto removed = co_await self.tenants_.remove(loop, tenant->name);
    if (removed) {
      log::info("tenant", "A removal was finished", {{"tenant", tenant->name}});
    } else if (removed.error().kind != ErrorKind::item_not_found) {  // no other call has ended it meanwhile
      log::warning("tenant", "A removal was not finished", {{"tenant", tenant->name}, {"why", removed.error().text}});
    }
  }
  self.finishing_ = false;
}

Task<void> Tenancy::finish_account_removals(Tenancy& self, net::Loop& loop) {
  const auto removals = co_await self.shared_.accounts.removals().find(loop, expired_max);
  if (!removals) co_return;
  for (const AccountRemovalPtr& removal : *removals) {
    if (self.ends_) co_return;
    const TenantPtr tenant = self.tenants_.find(removal->tenant());
    if (!tenant || tenant->being_removed) continue;  // the note goes with the tenant
    const auto finished = co_await finish_account_removal(self.shared_, loop, tenant, removal);
    if (!finished) log::warning("accounts", "A removal was not finished", {{"why", finished.error().text}});
  }
}

Task<void> Tenancy::store_notes(Tenancy& self, net::Loop& loop, std::function<void()> done) {
  const auto uses = co_await self.shared_.keys.api.store_uses(loop);
  if (!uses) log::warning("keys", "The last uses of keys could not be noted", {{"why", uses.error().text}});
  const auto logins = co_await store_known_logins(self.control_, loop, self.shared_.throttle);
  if (!logins) {
    log::warning("accounts", "Where accounts logged in could not be noted", {{"why", logins.error().text}});
  }
  const auto calls = co_await CallUsage::store(self.call_usage_, loop, self.tenants_.list());
  if (!calls) log::warning("calls", "What calls have used could not be noted", {{"why", calls.error().text}});
  // A short log of the control plane is what little a damage to it can take.
  const auto short_again = co_await self.control_.shorten_log(loop);
  if (!short_again)
    log::warning("store", "The control plane's log was not shortened", {{"why", short_again.error().text}});
  done();
}

}  // namespace teahouse
