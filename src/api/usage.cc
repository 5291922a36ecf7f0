// A tenant's use of its plan now, and of each hour or day: as JSON beside that, or alone as a table (RFC 4180).
#include "tenant/usage.h"

#include "api/handlers.h"
#include "api/json.h"
#include "base/text.h"
#include "tenant/reseller.h"
#include "tenant/usage_rollups.h"
#include "xmpp/date_time.h"

namespace teahouse::api {
namespace {

constexpr std::string_view calls_limit = "api_calls_per_min";  // counted here (ApiCallLimits), and not by the Meter
constexpr int64_t usual_hours = 24, usual_days = 31;
constexpr size_t table_rows_max = 1000;  // of one answer as a table; more than is kept

JsonObject show_limits(const ApiContext& api, const Tenant& tenant) {
  JsonObject limits;
  for (const UsageLine& line : usage(tenant)) {
    JsonObject shown = {{"limit", line.limit}};
    if (line.used) shown["used"] = *line.used;
    if (line.over_use != OverUse::refuse)
      shown["over_use"] = to_json(over_use_names[static_cast<size_t>(line.over_use)]);
    if (line.name == calls_limit && line.limit >= 0) {
      shown["used"] = api.shared().limits.used_calls(tenant.id, line.limit);
    }
    limits[as_key(line.name)] = std::move(shown);
  }
  return limits;
}

struct PeriodsWanted {
  UsageBy by = UsageBy::day;
  int64_t from = 0, to = 0;  // hours or days since 1970
  size_t rows = 0;
  bool as_table = false;
};

// A time, or a day of UTC.
Result<std::optional<int64_t>> read_time(const http::Form& query, std::string_view name) {
  const std::string* text = query.find(name);
  if (!text) return std::optional<int64_t>();
  const auto time = parse_time(text->size() == 10 ? *text + "T00:00:00Z" : *text);
  if (time && *time >= 0) return std::optional<int64_t>(*time);
  return bad_request("The parameter '" + std::string(name) +
                     "' must be a day or a time, as 2026-11-30 or 2026-11-30T08:00:00Z.");
}

// None: the periods are not asked for.
Result<std::optional<PeriodsWanted>> read_wanted(const UsageRollups& rollups, const ApiCall& call) {
  const std::string* format = call.query.find("format");
  if (format && *format != "csv" && *format != "json")
    return bad_request("The parameter 'format' must be csv or json.");
  const std::string_view accept = call.request.headers.value("Accept");
  PeriodsWanted wanted;
  wanted.as_table = format ? *format == "csv" : accept.find("text/csv") != accept.npos;
  const std::string* by = call.query.find("by");
  if (by && *by != "hour" && *by != "day") return bad_request("The parameter 'by' must be hour or day.");
  const auto from = read_time(call.query, "from"), to = read_time(call.query, "to");
  if (!from) return from.error();
  if (!to) return to.error();
  const auto page = read_page(call.query);
  if (!page) return page.error();
  if (!by && !*from && !*to && !wanted.as_table) return std::optional<PeriodsWanted>();
  wanted.by = by && *by == "hour" ? UsageBy::hour : UsageBy::day;
  const int64_t period_ms = UsageRollups::hour_ms * (wanted.by == UsageBy::hour ? 1 : UsageRollups::hours_a_day);
  const int64_t now = rollups.now(wanted.by), usual = wanted.by == UsageBy::hour ? usual_hours : usual_days;
  wanted.to = *to ? std::min((**to + period_ms - 1) / period_ms, now + 1) : now + 1;
  wanted.from = *from ? **from / period_ms : wanted.to - usual;
  if (*from && *to && **from >= **to) return bad_request("The parameter 'from' must be before 'to'.");
  const int64_t kept = wanted.by == UsageBy::hour ? UsageRollups::hours_kept : UsageRollups::days_kept;
  wanted.from = std::max(wanted.from, now - kept);
  wanted.rows = wanted.as_table && !call.query.find("limit") ? table_rows_max : page->rows;
  if (page->cursor.empty()) return std::optional(wanted);
  const auto cursor = parse_decimal<int64_t>(page->cursor);
  if (!cursor || *cursor < 0)
    return bad_request("The parameter 'cursor' must be the next_cursor of an earlier answer.");
  wanted.from = std::min(std::max(wanted.from, *cursor), std::max(wanted.from, wanted.to));
  return std::optional(wanted);
}

std::string begin_of(const UsagePeriod& period, UsageBy by) {
  return format_time(period.at * UsageRollups::hour_ms * (by == UsageBy::hour ? 1 : UsageRollups::hours_a_day));
}

std::string write_table(const std::vector<UsagePeriod>& periods, UsageBy by) {
  std::string table = "from";
  for (const std::string_view name : usage_columns) table.append(",").append(name);
  table += ",over\r\n";
  for (const UsagePeriod& period : periods) {
    table += begin_of(period, by);
    for (const int64_t value : period.values) table.append(",").append(std::to_string(value));
    table.append(period.is_over ? ",yes" : ",no").append("\r\n");
  }
  return table;
}

JsonArray show_periods(const std::vector<UsagePeriod>& periods, UsageBy by) {
  JsonArray rows;
  for (const UsagePeriod& period : periods) {
    JsonObject row = {{"from", begin_of(period, by)}, {"over", period.is_over}};
    for (size_t i = 0; i < usage_columns.size(); ++i) row[as_key(usage_columns[i])] = period.values[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Task<Outcome> get_usage(ApiContext& api, ApiCall call) {
  std::optional<PeriodsWanted> wanted;
  if (api.usage) {
    const auto read = read_wanted(*api.usage, call);
    if (!read) co_return read.error();
    wanted = *read;
  }
  JsonObject object = {{"plan", std::string(short_plan_name(call.tenant->plan.name))},
                       {"messages", call.tenant->meter->messages.load()},
                       {"relayed_bytes", call.tenant->meter->relayed_bytes.load()},
                       {"call_bytes", call.tenant->meter->call_bytes.load()},
                       {"call_minutes", call.tenant->meter->call_seconds.load() / 60},
                       {"limits", show_limits(api, *call.tenant)}};
  if (!wanted) co_return make_answer(200, object);
  const int64_t to = std::min(wanted->to, wanted->from + static_cast<int64_t>(wanted->rows));
  const auto periods = co_await UsageRollups::read(*api.usage, api.loop(), call.tenant, wanted->by, wanted->from, to);
  if (!periods) co_return periods.error();
  if (wanted->as_table) {
    Answer answer{200, {}, std::nullopt};
    answer.csv = write_table(*periods, wanted->by);
    co_return answer;
  }
  object["by"] = wanted->by == UsageBy::hour ? "hour" : "day";
  object["periods"] = show_periods(*periods, wanted->by);
  if (to < wanted->to) object["next_cursor"] = std::to_string(to);
  co_return make_answer(200, object);
}

}  // namespace teahouse::api
