// UsageRollups: what each tenant used in each hour and each day of UTC, as lines that a bill can be made of.
//
// An hour ends when roll() finds that it has; its counts are written once, however often a crash begins that anew
// (decision 0052). An hour in which nothing of a tenant happened has no row.
//
// Thread: load() before the loops run; all else any.
// Limits: hours are kept for 35 days, days for 400.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "store/data_plane.h"
#include "tenant/tables.h"
#include "tenant/tenants.h"
#include "tenant/usage_file.h"
#include "tenant/usage_marks.h"

namespace teahouse {

// The columns of a line. The first two are no sums, nor are the two of what is stored at its end.
inline constexpr std::array<std::string_view, 11> usage_columns = {
    "active_users", "peak_sessions", "archive_bytes", "file_bytes", "messages", "bytes_in",
    "bytes_out",    "relayed_bytes", "call_seconds",  "api_calls",  "pushes"};
inline constexpr size_t usage_active_users = 0, usage_peak_sessions = 1, usage_archive_bytes = 2, usage_file_bytes = 3;
inline constexpr size_t usage_sums_begin = 4;  // from here on in the order of Used

struct UsagePeriod {
  int64_t at = 0;  // hours or days since 1970
  std::array<int64_t, usage_columns.size()> values = {};
  bool is_over = true;  // it does not change any more
};
enum class UsageBy : uint8_t { hour, day };

class UsageRollups {
 public:
  static constexpr int64_t hour_ms = usage_marks::hour_ms, hours_a_day = usage_marks::hours_a_day;
  static constexpr int64_t hours_kept = 35 * hours_a_day, days_kept = 400;

  UsageRollups(store::ControlPlane& control, store::DataPlane& data, const Clock& clock, Tenants& tenants,
               UsageFile& file)
      : control_(control), data_(data), clock_(clock), tenants_(tenants), file_(file) {}
  static std::vector<store::Migration> migrations();
  static std::vector<TenantTable> tables();

  // Lets the tenants count.
  Result<void> load(const std::vector<TenantPtr>& tenants);
  // A new tenant counts too. REQUIRES: nothing of it is counted yet.
  void add(const Tenant& tenant);

  // Ends the hour when it is over, and removes what is kept no longer. REQUIRES: the clock is believed.
  static Task<Result<void>> roll(UsageRollups& self, Executor& home);
  // Writes what there is of the hour so far, for a backup.
  static Task<Result<void>> store(UsageRollups& self, Executor& home);
  // Milliseconds until the hour is over.
  int64_t left_ms() const;

  // The periods from `from` on, each of them, until `to` or the present one, without those before the tenant was made.
  static Task<Result<std::vector<UsagePeriod>>> read(const UsageRollups& self, Executor& home, TenantPtr tenant,
                                                     UsageBy by, int64_t from, int64_t to);
  int64_t now(UsageBy by) const { return clock_.wall_ms() / (by == UsageBy::hour ? hour_ms : hours_a_day * hour_ms); }

 private:
  struct Closing {
    UsageFile::Used of;
    TenantPtr tenant;
    int64_t active_of_day = 0;
    UsagePeriod hour;
    std::array<int64_t, used_count_max> counts = {};
  };
  struct Written {
    int64_t hour = 0, active_of_day = 0;
    std::array<int64_t, usage_columns.size()> values = {};
    bool operator==(const Written&) const = default;
  };
  static Task<Result<std::vector<Closing>>> write_hour(UsageRollups& self, Executor& home);
  static Task<Result<void>> count_active(const UsageRollups& self, Executor& home, Closing& closing);
  static Task<Result<void>> tidy(const UsageRollups& self, Executor& home, int64_t first, int64_t day);
  std::optional<UsagePeriod> live(const Tenant& tenant) const;
  void begin_hour(const Closing& closed, int64_t hour) const;

  store::ControlPlane& control_;
  store::DataPlane& data_;
  const Clock& clock_;
  Tenants& tenants_;
  UsageFile& file_;
  Turns turns_;                                    // of roll() and store()
  std::unordered_map<TenantId, Written> written_;  // by them, of this hour; theirs alone
};

}  // namespace teahouse
