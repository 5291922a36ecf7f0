// UsageRollups::read: rows, the hour that is being counted, and between them the hours in which nothing happened.
#include <algorithm>
#include <map>
#include <utility>

#include "tenant/usage_rollups.h"

namespace teahouse {
namespace {

using Periods = std::map<int64_t, UsagePeriod>;

std::string list_columns() {
  std::string text;
  for (const std::string_view name : usage_columns) text.append(", ").append(name);
  return text;
}

store::Statement select(UsageBy by, TenantId tenant, int64_t from, int64_t to) {
  const std::string at = by == UsageBy::hour ? "hour" : "day";
  return {"SELECT " + at + list_columns() + " FROM usage_" + at + "s WHERE tenant_id = ? AND " + at + " >= ? AND " +
              at + " < ? ORDER BY " + at,
          {to_value(tenant), from, to}};
}

// The last one before `from`: what was stored then still is.
store::Statement select_last(UsageBy by, TenantId tenant, int64_t from) {
  const std::string at = by == UsageBy::hour ? "hour" : "day";
  return {"SELECT " + at + list_columns() + " FROM usage_" + at + "s WHERE tenant_id = ? AND " + at + " < ? ORDER BY " +
              at + " DESC LIMIT 1",
          {to_value(tenant), from}};
}

void put(Periods& periods, const std::vector<store::Row>& rows) {
  for (const store::Row& row : rows) {
    UsagePeriod period;
    period.at = store::as_int(row[0]);
    for (size_t i = 0; i < period.values.size(); ++i) period.values[i] = store::as_int(row[1 + i]);
    periods[period.at] = period;
  }
}

// A row of the same hour, which a backup has written, holds a part of it.
void put_live(Periods& hours, const UsagePeriod& live) {
  UsagePeriod& hour = hours[live.at];
  for (size_t i = 0; i < hour.values.size(); ++i) {
    const bool is_stored = i == usage_archive_bytes || i == usage_file_bytes;
    hour.values[i] = is_stored ? live.values[i] : std::max(hour.values[i], live.values[i]);
  }
  hour.at = live.at;
}

UsagePeriod add_up(int64_t day, const Periods& hours) {
  UsagePeriod sum;
  sum.at = day;
  for (const auto& [at, hour] : hours) {
    sum.values[usage_peak_sessions] = std::max(sum.values[usage_peak_sessions], hour.values[usage_peak_sessions]);
    sum.values[usage_archive_bytes] = hour.values[usage_archive_bytes];
    sum.values[usage_file_bytes] = hour.values[usage_file_bytes];
    for (size_t i = usage_sums_begin; i < sum.values.size(); ++i) sum.values[i] += hour.values[i];
  }
  return sum;
}

}  // namespace

// The live hour is taken before the rows: one that ends meanwhile is in them.
Task<Result<std::vector<UsagePeriod>>> UsageRollups::read(const UsageRollups& self, Executor& home, TenantPtr tenant,
                                                          UsageBy by, int64_t from, int64_t to) {
  const int64_t span = by == UsageBy::hour ? 1 : hours_a_day;
  auto live = self.live(*tenant);
  if (live) {
    const store::MapStore active = self.data_.map(tenant->id, usage_marks::map_name);
    std::string key =
        by == UsageBy::hour ? usage_marks::hour_key(live->at) : usage_marks::day_key(live->at / hours_a_day);
    const auto users = co_await active.count(home, std::move(key));
    if (!users) co_return users.error();
    live->values[usage_active_users] = static_cast<int64_t>(*users);
  }
  from = std::max(from, tenant->created_ms / (span * hour_ms));
  to = std::min(to, std::max(self.now(by), self.file_.hour() / span) + 1);
  std::vector<UsagePeriod> all;
  if (from >= to) co_return all;
  Periods periods;
  auto before = select_last(by, tenant->id, from);
  const auto last = co_await self.control_.execute(home, std::move(before));
  if (!last) co_return last.error();
  put(periods, last->rows);
  auto asked = select(by, tenant->id, from, to);
  const auto rows = co_await self.control_.execute(home, std::move(asked));
  if (!rows) co_return rows.error();
  put(periods, rows->rows);
  if (live && by == UsageBy::hour) put_live(periods, *live);
  if (live && by == UsageBy::day && live->at / span < to) {
    const int64_t day = live->at / span;
    auto of_day = select(UsageBy::hour, tenant->id, day * span, (day + 1) * span);
    const auto hour_rows = co_await self.control_.execute(home, std::move(of_day));
    if (!hour_rows) co_return hour_rows.error();
    Periods hours;
    put(hours, hour_rows->rows);
    put_live(hours, *live);
    periods[day] = add_up(day, hours);
    periods[day].values[usage_active_users] = live->values[usage_active_users];
  }
  UsagePeriod quiet;  // nothing happened, and what was stored still is
  if (!periods.empty() && periods.begin()->first < from) quiet = periods.begin()->second;
  for (int64_t at = from; at < to; ++at) {
    const auto found = periods.find(at);
    UsagePeriod period;
    if (found != periods.end()) {
      period = quiet = found->second;
    } else {
      period.values[usage_archive_bytes] = quiet.values[usage_archive_bytes];
      period.values[usage_file_bytes] = quiet.values[usage_file_bytes];
    }
    period.at = at;
    period.is_over = (at + 1) * span <= self.file_.hour();
    all.push_back(period);
  }
  co_return all;
}

}  // namespace teahouse
