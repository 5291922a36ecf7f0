// Each count is in one place at a time, which survives a kill: its tenant's slot of the UsageFile.
//
// A slot's counts only grow; an hour's part is what they are beyond what they were when it began (`begins`). When an
// hour is over its parts are written as they are, not added to what a row has, and when that is on disk the slot's next
// hour begins with the counts that were written: one store of `current` does it. A crash before that writes the same
// row anew, with what came since; a crash after it finds that the hour has begun. So a count is in exactly one hour.
//
// A slot's hour may be long ago: then nothing was counted since it was settled, and what is there now belongs to the
// hour of the file. It may be later than that one, where a crash came between the slots and the file's hour.
#include "tenant/usage_rollups.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/log.h"

namespace teahouse {
namespace {

constexpr size_t tenants_at_once = 100;  // in one transaction
constexpr int64_t days_tidied = 3;       // once more: a crash may have come between

std::string columns(std::string_view after = {}) {
  std::string text;
  for (const std::string_view name : usage_columns) text.append(text.empty() ? "" : ", ").append(name).append(after);
  return text;
}

std::string updates() {
  std::string text;
  for (const std::string_view name : usage_columns) {
    text.append(text.empty() ? "" : ", ").append(name).append(" = excluded.").append(name);
  }
  return text;
}

store::Statement store_hour(TenantId tenant, const UsagePeriod& hour) {
  std::string marks;
  for (size_t i = 0; i < usage_columns.size(); ++i) marks += ", ?";
  store::Statement statement{"INSERT INTO usage_hours(tenant_id, hour, " + columns() + ") SELECT tenant_id, ?" + marks +
                                 " FROM tenants WHERE tenant_id = ? ON CONFLICT (tenant_id, hour) DO UPDATE SET " +
                                 updates(),
                             {hour.at}};
  for (const int64_t value : hour.values) statement.parameters.emplace_back(value);
  statement.parameters.emplace_back(to_value(tenant));
  return statement;
}

// The day's row is made anew of those of its hours, so that it does not matter how often that is done.
store::Statement store_day(TenantId tenant, const UsagePeriod& hour, int64_t active) {
  const int64_t day = hour.at / UsageRollups::hours_a_day, first = day * UsageRollups::hours_a_day;
  std::string sums;
  for (size_t i = usage_sums_begin; i < usage_columns.size(); ++i) {
    sums.append(", SUM(").append(usage_columns[i]).append(")");
  }
  return {"INSERT INTO usage_days(tenant_id, day, " + columns() + ") SELECT tenant_id, ?, ?, MAX(peak_sessions), " +
              "?, ?" + sums + " FROM usage_hours WHERE tenant_id = ? AND hour >= ? AND hour < ? GROUP BY tenant_id " +
              "ON CONFLICT (tenant_id, day) DO UPDATE SET " + updates(),
          {day, active, hour.values[usage_archive_bytes], hour.values[usage_file_bytes], to_value(tenant), first,
           first + UsageRollups::hours_a_day}};
}

UsagePeriod read_row(const store::Row& row, size_t first) {
  UsagePeriod period;
  period.at = store::as_int(row[first]);
  for (size_t i = 0; i < period.values.size(); ++i) period.values[i] = store::as_int(row[first + 1 + i]);
  return period;
}

}  // namespace

std::vector<store::Migration> UsageRollups::migrations() {
  const std::string numbers = columns(" BIGINT NOT NULL");
  return {{"usage/1",
           {"CREATE TABLE usage_hours(tenant_id BIGINT NOT NULL, hour BIGINT NOT NULL, " + numbers +
                ", PRIMARY KEY (tenant_id, hour))",
            "CREATE INDEX usage_hours_by_hour ON usage_hours(hour)",
            "CREATE TABLE usage_days(tenant_id BIGINT NOT NULL, day BIGINT NOT NULL, " + numbers +
                ", PRIMARY KEY (tenant_id, day))",
            "CREATE INDEX usage_days_by_day ON usage_days(day)"}}};
}

std::vector<TenantTable> UsageRollups::tables() { return {{"usage_hours", "hour"}, {"usage_days", "day"}}; }

// A row of the present hour tells what a backup had of it, or a power cut has taken from the file.
Result<void> UsageRollups::load(const std::vector<TenantPtr>& tenants) {
  std::unordered_map<TenantId, Meter*> meters;
  for (const TenantPtr& tenant : tenants) meters.emplace(tenant->id, tenant->meter.get());
  auto given = file_.give_all(meters);
  if (!given) return given;
  if (file_.hour() == 0) file_.set_hour(now(UsageBy::hour));
  for (const TenantPtr& tenant : tenants) add(*tenant);
  const auto rows = control_.execute_now(
      {"SELECT tenant_id, hour, " + columns() + " FROM usage_hours WHERE hour = ?", {file_.hour()}});
  if (!rows) return rows.error();
  for (const store::Row& row : rows->rows) {
    const TenantPtr tenant = tenants_.find(static_cast<TenantId>(store::as_int(row[0])));
    UsageSlot* slot = tenant ? tenant->meter->usage.slot() : nullptr;
    if (!slot) continue;
    const UsagePeriod stored = read_row(row, 1);
    UsageSlot::Begin& begin = slot->begins[slot->current % 2];
    if (begin.hour > stored.at) continue;
    for (size_t i = 0; i < used_count; ++i) {
      const int64_t least = begin.counts[i] + stored.values[usage_sums_begin + i];
      if (slot->counts[i] < least) tenant->meter->usage.add(static_cast<Used>(i), least - slot->counts[i]);
    }
    tenant->meter->usage.raise_peak(stored.values[usage_peak_sessions]);
  }
  return {};
}

void UsageRollups::add(const Tenant& tenant) {
  if (tenant.meter->usage.slot()) return;
  const auto given = file_.give(tenant.id, *tenant.meter);
  if (!given) {
    log::error("usage", "What a tenant uses is not counted", {{"tenant", tenant.name}, {"why", given.error().text}});
  }
}

int64_t UsageRollups::left_ms() const { return std::max<int64_t>(0, (file_.hour() + 1) * hour_ms - clock_.wall_ms()); }

std::optional<UsagePeriod> UsageRollups::live(const Tenant& tenant) const {
  const UsageSlot* slot = tenant.meter->usage.slot();
  if (!slot || !file_.is_used(*slot)) return std::nullopt;
  UsagePeriod hour;
  hour.is_over = false;
  uint32_t current = 0;
  do {  // until no hour has ended meanwhile
    current = slot->current;
    const UsageSlot::Begin& begin = slot->begins[current % 2];
    hour.at = std::max(begin.hour, file_.hour());
    for (size_t i = 0; i < used_count; ++i) { hour.values[usage_sums_begin + i] = slot->counts[i] - begin.counts[i]; }
    hour.values[usage_peak_sessions] = begin.peak_sessions;
  } while (slot->current != current);
  hour.values[usage_archive_bytes] = tenant.meter->archive_bytes;
  hour.values[usage_file_bytes] = tenant.meter->files_bytes;
  return hour;
}

Task<Result<void>> UsageRollups::count_active(const UsageRollups& self, Executor& home, Closing& closing) {
  const store::MapStore active = self.data_.map(closing.tenant->id, usage_marks::map_name);
  const auto of_hour = co_await active.count(home, usage_marks::hour_key(closing.hour.at));
  if (!of_hour) co_return of_hour.error();
  const auto of_day = co_await active.count(home, usage_marks::day_key(closing.hour.at / hours_a_day));
  if (!of_day) co_return of_day.error();
  closing.hour.values[usage_active_users] = static_cast<int64_t>(*of_hour);
  closing.active_of_day = static_cast<int64_t>(*of_day);
  co_return Result<void>();
}

// Rows that stand there already are not written again: a backup of a house in which nothing happened shares its file.
Task<Result<std::vector<UsageRollups::Closing>>> UsageRollups::write_hour(UsageRollups& self, Executor& home) {
  std::vector<Closing> written;
  std::vector<store::Statement> statements;
  for (const UsageFile::Used& used : self.file_.used()) {
    Closing closing{used, self.tenants_.find(used.tenant)};
    if (!closing.tenant || closing.tenant->being_removed) continue;
    const auto hour = self.live(*closing.tenant);
    if (!hour) continue;
    closing.hour = *hour;
    const auto counted = co_await count_active(self, home, closing);
    if (!counted) co_return counted.error();
    const UsageSlot::Begin& begin = used.slot->begins[used.slot->current % 2];
    for (size_t i = 0; i < used_count; ++i) {
      closing.counts[i] = begin.counts[i] + hour->values[usage_sums_begin + i];
    }
    const Written row{closing.hour.at, closing.active_of_day, closing.hour.values};
    const auto known = self.written_.find(used.tenant);
    if (known == self.written_.end() || known->second != row) {
      statements.push_back(store_hour(used.tenant, closing.hour));
      statements.push_back(store_day(used.tenant, closing.hour, closing.active_of_day));
      self.written_.insert_or_assign(used.tenant, row);
    }
    written.push_back(std::move(closing));
    if (statements.size() < 2 * tenants_at_once) continue;
    auto batch = std::exchange(statements, {});
    const auto stored = co_await self.control_.transact(home, std::move(batch));
    if (!stored) {
      self.written_.clear();
      co_return stored.error();
    }
  }
  if (!statements.empty()) {
    const auto stored = co_await self.control_.transact(home, std::move(statements));
    if (!stored) {
      self.written_.clear();
      co_return stored.error();
    }
  }
  co_return written;
}

// A count that came since the row was made belongs to the new hour. The mark is cleared first, then looked for anew: a
// count that comes in between is seen, or sets it (UsageCounter::mark).
void UsageRollups::begin_hour(const Closing& closed, int64_t hour) const {
  UsageSlot& slot = *closed.of.slot;
  UsageSlot::Begin& next = slot.begins[(slot.current + 1) % 2];
  next.hour = hour;
  next.counts = closed.counts;
  next.peak_sessions = closed.tenant->meter->sessions.load();
  slot.current.fetch_add(1);
  closed.of.is_used->store(0);
  bool is_used = closed.tenant->meter->sessions > 0;
  for (size_t i = 0; i < used_count; ++i) is_used = is_used || slot.counts[i] != closed.counts[i];
  if (is_used) closed.of.is_used->store(1);
}

Task<Result<void>> UsageRollups::roll(UsageRollups& self, Executor& home) {
  auto turn = co_await self.turns_.take(home);
  const int64_t hour = self.now(UsageBy::hour), ended = self.file_.hour();
  if (hour <= ended) co_return Result<void>();
  const auto closed = co_await write_hour(self, home);
  if (!closed) co_return closed.error();
  for (const Closing& each : *closed) {
    if (each.hour.at >= hour) continue;
    self.begin_hour(each, hour);
    self.data_.map(each.tenant->id, usage_marks::map_name).remove_all(usage_marks::hour_key(each.hour.at));
  }
  self.file_.set_hour(hour);
  self.written_.clear();
  if (hour / hours_a_day == ended / hours_a_day) co_return Result<void>();
  const int64_t day = hour / hours_a_day, first = std::min(ended / hours_a_day, day - days_tidied);
  const auto tidied = co_await tidy(self, home, first, day);
  co_return tidied;
}

// The marks of days from `first` on that are over, and the rows that are kept no longer.
Task<Result<void>> UsageRollups::tidy(const UsageRollups& self, Executor& home, int64_t first, int64_t day) {
  store::Statement select{"SELECT tenant_id, day FROM usage_days WHERE day >= ? AND day < ?", {first, day}};
  const auto days = co_await self.control_.execute(home, std::move(select));
  if (!days) co_return days.error();
  for (const store::Row& row : days->rows) {
    const TenantPtr tenant = self.tenants_.find(static_cast<TenantId>(store::as_int(row[0])));
    if (!tenant || tenant->being_removed) continue;
    self.data_.map(tenant->id, usage_marks::map_name).remove_all(usage_marks::day_key(store::as_int(row[1])));
  }
  std::vector<store::Statement> removals;
  removals.push_back({"DELETE FROM usage_hours WHERE hour < ?", {day * hours_a_day - hours_kept}});
  removals.push_back({"DELETE FROM usage_days WHERE day < ?", {day - days_kept}});
  const auto removed = co_await self.control_.transact(home, std::move(removals));
  co_return removed ? Result<void>() : Result<void>(removed.error());
}

Task<Result<void>> UsageRollups::store(UsageRollups& self, Executor& home) {
  auto turn = co_await self.turns_.take(home);
  const auto written = co_await write_hour(self, home);
  co_return written ? Result<void>() : Result<void>(written.error());
}

}  // namespace teahouse
