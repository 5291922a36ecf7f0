// A name goes one way: it rests until it is due; due, it is ordered; ordered, it has a certificate or a failure, and
// rests again. Its row is written before each step whose result a kill could lose: the key before the order is begun,
// the order's address before it is worked on.
#include "acme/renewals.h"

#include <algorithm>

#include "acme/order.h"
#include "base/log.h"
#include "base/random.h"
#include "crypto/acme_certificate.h"
#include "crypto/wiped.h"
#include "crypto/x509.h"
#include "tenant/names.h"

namespace teahouse::acme {
namespace {

constexpr int64_t second_ms = 1000, minute_ms = 60 * second_ms, hour_ms = 60 * minute_ms, day_ms = 24 * hour_ms;
constexpr int64_t look_every_ms = 10 * second_ms;
constexpr size_t orders_at_once = 8;
constexpr int64_t orders_an_hour = 100, orders_at_first = 20;
constexpr int64_t away_max_ms = hour_ms, away_told_max_ms = day_ms;
constexpr int limited_in_a_row_max = 3;

// After 5 minutes, 10, 20 ... a day.
int64_t pause_after(int64_t tries) { return std::min(day_ms, 5 * minute_ms << std::clamp<int64_t>(tries - 1, 0, 12)); }

std::string fingerprint_of(const std::string& chain_pem) {
  const auto info = crypto::read_certificate(chain_pem);
  return info ? info->sha256 : std::string();
}

}  // namespace

std::string_view to_string(NameStatus::State state) {
  switch (state) {
    case NameStatus::State::waiting: return "waiting";
    case NameStatus::State::issued: return "issued";
    case NameStatus::State::failing: return "failing";
    case NameStatus::State::uploaded: break;
  }
  return "uploaded";
}

Renewals::Renewals(Wire wire, AuthoritySettings settings, Parts parts)
    : wire_(std::move(wire)),
      settings_(std::move(settings)),
      parts_(std::move(parts)),
      sealer_(crypto::Sealer::make(parts_.seal_key)),
      orders_(TokenRate::per_hour_of(orders_an_hour, orders_at_first)) {}
Renewals::~Renewals() = default;

Result<void> Renewals::load() {
  if (!is_on()) return {};
  if (!sealer_) return sealer_.error();
  const auto key = name_rows::load_account_key(parts_.control, *sealer_, settings_.directory);
  if (!key) return key.error();
  auto rows = name_rows::load(parts_.control, *sealer_);
  if (!rows) return rows.error();
  authority_ = std::make_unique<Authority>(wire_, settings_, *key, std::string());
  const std::lock_guard lock(mutex_);
  rows_ = std::move(*rows);
  return {};
}

void Renewals::note_shown(const HostCertificate& certificate) {
  const auto id = crypto::ari_id(certificate.chain_pem);
  Shown now{fingerprint_of(certificate.chain_pem), certificate.not_after_ms, id ? *id : std::string()};
  const std::lock_guard lock(mutex_);
  shown_.insert_or_assign(certificate.domain, std::move(now));
}

void Renewals::note_hidden(const std::string& domain) {
  const std::lock_guard lock(mutex_);
  shown_.erase(domain);
}

void Renewals::start() {
  if (!is_on() || is_stopped_) return;
  look();
  wire_.pause(look_every_ms, [this] { start(); });
}

void Renewals::stop() { is_stopped_ = true; }

size_t Renewals::under_way() const { return under_way_; }

int64_t Renewals::chance(int64_t below) const {
  return below > 0 ? static_cast<int64_t>(random_u64() % static_cast<uint64_t>(below)) : 0;
}

// Those that came are due now; those that went are forgotten.
void Renewals::match_wanted() {
  wanted_.clear();
  for (Name& name : parts_.wanted()) wanted_.emplace(NameKey{name.tenant->id, std::move(name.domain)}, name.tenant);
  std::vector<NameKey> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, tenant] : wanted_) rows_.try_emplace(key);
    std::erase_if(rows_, [&](const auto& each) {
      if (each.second.is_under_way || wanted_.contains(each.first)) return false;
      gone.push_back(each.first);
      return true;
    });
  }
  for (const NameKey& key : gone) spawn(forget_row(*this, key));
}

Task<void> Renewals::forget_row(Renewals& self, NameKey key) {
  auto remove = name_rows::remove(key);
  const auto removed = co_await self.parts_.control.execute(self.wire_.home, std::move(remove));
  if (!removed) log::warning("acme", "A name was not forgotten", {{"why", removed.error().text}});
}

// The one without a certificate first, then that whose certificate ends first.
std::vector<NameKey> Renewals::find_due(int64_t now_ms) const {
  std::vector<std::pair<int64_t, NameKey>> due;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, row] : rows_) {
    if (row.is_under_way || row.next_ms > now_ms || !wanted_.contains(key)) continue;
    const auto shown_now = shown_.find(key.second);
    due.emplace_back(shown_now == shown_.end() ? 0 : shown_now->second.not_after_ms, key);
  }
  std::ranges::sort(due);
  std::vector<NameKey> keys;
  keys.reserve(due.size());
  for (auto& [not_after_ms, key] : due) keys.push_back(std::move(key));
  return keys;
}

void Renewals::look() {
  if (!authority_ || is_stopped_) return;
  match_wanted();
  const int64_t now_ms = wire_.clock.wall_ms();
  if (now_ms < away_until_ms_) return;
  for (const NameKey& key : find_due(now_ms)) {
    if (under_way_ >= orders_at_once) return;
    {
      const std::lock_guard lock(mutex_);
      rows_[key].is_under_way = true;
    }
    ++under_way_;
    spawn(run(*this, key, wanted_.at(key)));
  }
}

void Renewals::wake() {
  wire_.home.post([this] { look(); });
}

NameRow Renewals::row_of(const NameKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(key);
  return found == rows_.end() ? NameRow{} : found->second;
}

Renewals::Shown Renewals::shown_at(const std::string& domain) const {
  const std::lock_guard lock(mutex_);
  const auto found = shown_.find(domain);
  return found == shown_.end() ? Shown{} : found->second;
}

Task<void> Renewals::run(Renewals& self, NameKey key, TenantPtr tenant) {
  auto working = work(self, key, tenant);
  co_await working;
  --self.under_way_;
  const std::lock_guard lock(self.mutex_);
  const auto found = self.rows_.find(key);
  if (found != self.rows_.end()) found->second.is_under_way = false;
}

Task<void> Renewals::work(Renewals& self, NameKey key, TenantPtr tenant) {
  NameRow row = self.row_of(key);
  if (row.order_url.empty()) {
    auto resting = self.rest_until(key, row);
    const int64_t next_ms = co_await resting;
    if (next_ms > self.wire_.clock.wall_ms()) {
      const std::lock_guard lock(self.mutex_);
      const auto found = self.rows_.find(key);
      if (found != self.rows_.end()) found->second.next_ms = next_ms;
      co_return;
    }
    row = self.row_of(key);
  }
  if (const int64_t wait_ms = self.orders_.wait_ms(self.wire_.clock.monotonic_ms()); wait_ms > 0) {
    const std::lock_guard lock(self.mutex_);
    const auto found = self.rows_.find(key);
    if (found != self.rows_.end()) found->second.next_ms = self.wire_.clock.wall_ms() + wait_ms;
    co_return;
  }
  self.orders_.take(self.wire_.clock.monotonic_ms());
  auto ordering = self.order(key, tenant, std::move(row));
  co_await ordering;
}

Task<int64_t> Renewals::rest_until(NameKey key, NameRow row) {
  const int64_t now_ms = wire_.clock.wall_ms();
  const Shown there = shown_at(key.second);
  if (there.fingerprint.empty() || there.not_after_ms <= now_ms) co_return now_ms;
  if (there.fingerprint != row.fingerprint) {  // somebody has uploaded it
    co_return std::max(now_ms, std::min(there.not_after_ms - day_ms, now_ms + day_ms));
  }
  if (row.renew_ms > now_ms && !there.ari_id.empty()) {
    auto planning = plan_by_ari(there.ari_id, row.renew_ms, now_ms);
    const int64_t renew_ms = co_await planning;
    const std::lock_guard lock(mutex_);
    if (const auto found = rows_.find(key); found != rows_.end()) found->second.renew_ms = renew_ms;
    row.renew_ms = renew_ms;
  }
  co_return row.renew_ms <= now_ms ? now_ms : std::min(row.renew_ms, now_ms + day_ms / 2 + chance(day_ms / 2));
}

// A window that has passed means that the authority is going to revoke it: now.
Task<int64_t> Renewals::plan_by_ari(std::string ari_id, int64_t planned_ms, int64_t now_ms) {
  auto opening = authority_->open();
  const auto opened = co_await opening;
  if (!opened || authority_->directory().renewal_info.empty()) co_return planned_ms;
  std::string url = authority_->directory().renewal_info + "/" + ari_id;
  auto asking = authority_->get(std::move(url));
  const auto answer = co_await asking;
  if (!answer) co_return planned_ms;
  const auto window = read_renewal_info(answer->body);
  if (!window) co_return planned_ms;
  if (window->end_ms <= now_ms) co_return now_ms;
  // One that was planned within the window stays: else each look would draw another time.
  if (planned_ms >= window->start_ms && planned_ms <= window->end_ms) co_return planned_ms;
  const int64_t from_ms = std::max(window->start_ms, now_ms);
  co_return from_ms + chance(window->end_ms - from_ms + 1);
}

Task<void> Renewals::order(NameKey key, TenantPtr tenant, NameRow row) {
  const auto ascii = ascii_domain(key.second);
  if (!ascii) {
    auto noting = note_failure(key, tenant, std::move(row), ascii.error());
    co_await noting;
    co_return;
  }
  if (row.order_url.empty()) {
    auto looking = parts_.has_address(*ascii);
    const auto has_address = co_await looking;
    if (!has_address || !*has_address) {
      Error why{ErrorKind::bad_request,
                has_address ? *ascii + " has no address in DNS (A, AAAA or CNAME), so no authority can reach it there"
                            : "the address of " + *ascii + " can't be looked up: " + shown(has_address.error().text)};
      auto noting = note_failure(key, tenant, std::move(row), std::move(why));
      co_await noting;
      co_return;
    }
  }
  if (row.key_pem.empty()) {
    auto made = crypto::make_certificate_key();
    if (!made) co_return log::error("acme", "No key could be made", {{"why", made.error().text}});
    row.key_pem = std::move(*made);
    row.order_url.clear();
  }
  auto saving = save(key, row);
  const auto saved = co_await saving;
  if (!saved) co_return;  // the disk takes nothing: it is due again at the next look
  const Shown before = shown_at(key.second);
  const bool is_ours = !row.fingerprint.empty() && before.fingerprint == row.fingerprint;
  OrderWanted wanted{*ascii, row.key_pem, row.order_url, is_ours ? before.ari_id : std::string(),
                     static_cast<int>(row.tries)};
  KeepOrder keep = [this, key, &row](std::string url) {
    row.order_url = std::move(url);
    return save(key, row);
  };
  auto issuing = issue(*authority_, parts_.challenges, std::move(wanted), std::move(keep));
  auto chain = co_await issuing;
  if (chain) {
    auto taking = take_over(key, tenant, row, std::move(*chain));
    const auto taken = co_await taking;
    if (taken) co_return;
    chain = taken.error();
  }
  auto noting = note_failure(key, tenant, std::move(row), chain.error());
  co_await noting;
}

Task<Result<void>> Renewals::take_over(NameKey key, TenantPtr tenant, NameRow row, std::string chain) {
  match_wanted();
  if (!wanted_.contains(key)) co_return Error{ErrorKind::bad_request, "it is not this tenant's any more"};
  auto setting = parts_.certificates.set(wire_.home, tenant, key.second, std::move(chain), row.key_pem, true);
  auto certificate = co_await setting;
  if (!certificate) {
    const bool is_ours = certificate.error().kind != ErrorKind::bad_request;
    co_return Error{is_ours ? ErrorKind::service_unavailable : ErrorKind::bad_request,
                    "the authority's certificate can't be used: " + certificate.error().text};
  }
  note_shown(*certificate);
  parts_.use(*certificate);
  const int64_t now_ms = wire_.clock.wall_ms(), life_ms = certificate->not_after_ms - now_ms;
  crypto::wipe(row.key_pem);
  row = NameRow{{}, {}, fingerprint_of(certificate->chain_pem),         {},
                0,  0,  now_ms + life_ms * 2 / 3 - chance(life_ms / 20)};
  row.next_ms = std::min(row.renew_ms, now_ms + day_ms / 2 + chance(day_ms / 2));
  away_times_ = limited_times_ = 0;
  auto saving = save(key, row);
  const auto saved = co_await saving;
  if (!saved) log::warning("acme", "A name's certificate was not noted", {{"why", saved.error().text}});
  auto noting =
      parts_.note(tenant, "certificate.issued", key.second + ", until " + format_time(certificate->not_after_ms));
  co_await noting;
  co_return Result<void>();
}

// It costs the name no try: it is due again when the authority is asked again.
void Renewals::note_away(NameRow& row, const Error& why, int64_t now_ms) {
  if (now_ms >= away_until_ms_) {
    const int64_t own_ms = std::min(away_max_ms, minute_ms << std::min(away_times_, 10));
    ++away_times_;
    away_until_ms_ = now_ms + std::clamp(authority_->refusal_retry_after_ms(), own_ms, away_told_max_ms);
    log::warning("acme", "The authority of certificates is away", {{"why", why.text}});
  }
  row.next_ms = away_until_ms_ + chance(10 * minute_ms);
  row.told = "The authority of certificates can't be used now; it is asked again by itself: " + why.text;
}

Task<void> Renewals::note_failure(NameKey key, TenantPtr tenant, NameRow row, Error why) {
  const int64_t now_ms = wire_.clock.wall_ms();
  const std::string told_before = row.told;
  if (why.kind == ErrorKind::service_unavailable) {
    note_away(row, why, now_ms);
  } else {
    ++row.tries;
    int64_t pause_ms = pause_after(row.tries);
    if (why.kind == ErrorKind::resource_constraint) {
      pause_ms = std::clamp(authority_->refusal_retry_after_ms(), std::max(pause_ms, hour_ms), 7 * day_ms);
      // One name may be over a limit of its own; several in a row mean all.
      if (++limited_times_ >= limited_in_a_row_max) away_until_ms_ = now_ms + std::min(pause_ms, away_told_max_ms);
    } else {
      limited_times_ = 0;
      row.order_url.clear();  // it is spent
      crypto::wipe(row.key_pem);
    }
    row.next_ms = now_ms + pause_ms + chance(pause_ms / 4);
    row.told = "No certificate for " + key.second + ": " + why.text + ".";
  }
  auto saving = save(key, row);
  const auto saved = co_await saving;
  if (!saved) log::warning("acme", "A failure was not noted", {{"why", saved.error().text}});
  if (row.told == told_before || why.kind == ErrorKind::service_unavailable) co_return;
  log::warning("acme", "No certificate was given", {{"domain", key.second}, {"why", why.text}});
  auto noting = parts_.note(tenant, "certificate.failed", row.told);
  co_await noting;
}

Task<Result<void>> Renewals::save(NameKey key, NameRow row) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = rows_.find(key);
    if (found != rows_.end()) {
      const bool is_under_way = found->second.is_under_way;
      found->second = row;
      found->second.is_under_way = is_under_way;
    }
  }
  auto statements = name_rows::replace(key, row, *sealer_);
  const auto written = co_await parts_.control.transact(wire_.home, std::move(statements));
  if (!written) co_return written.error();
  co_return Result<void>();
}

std::vector<NameStatus> Renewals::statuses(TenantId tenant) const {
  using State = NameStatus::State;
  std::vector<NameStatus> all;
  const std::lock_guard lock(mutex_);
  for (auto at = rows_.lower_bound(NameKey{tenant, ""}); at != rows_.end() && at->first.first == tenant; ++at) {
    const NameRow& row = at->second;
    const auto shown_now = shown_.find(at->first.second);
    const bool has = shown_now != shown_.end();
    NameStatus status{at->first.second, State::waiting, row.renew_ms, 0, row.tries, row.told};
    if (!row.told.empty()) {
      status.state = State::failing;
      status.next_try_ms = row.next_ms;
    } else if (has) {
      status.state = shown_now->second.fingerprint == row.fingerprint ? State::issued : State::uploaded;
    }
    all.push_back(std::move(status));
  }
  return all;
}

Result<void> Renewals::ask_now(TenantId tenant, const std::string& domain) {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(NameKey{tenant, domain});
  if (found == rows_.end()) {
    return Error{ErrorKind::item_not_found,
                 is_on() ? "No certificate is asked for " + domain.substr(0, 300) +
                               ": it is no name of this tenant's that was proved. See `teahouse domain`."
                         : "This server gets no certificates by itself: its operator has set no acme.directory."};
  }
  found->second.next_ms = found->second.renew_ms = 0;
  return {};
}

}  // namespace teahouse::acme
