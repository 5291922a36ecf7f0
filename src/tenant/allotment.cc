#include "tenant/allotment.h"

#include <algorithm>
#include <array>
#include <limits>

namespace teahouse {
namespace {

constexpr std::array summed = {
    &PlanLimits::accounts,
    &PlanLimits::sessions,
    &PlanLimits::rooms,
    &PlanLimits::archive_bytes,
    &PlanLimits::events_bytes,
    &PlanLimits::files_total_bytes,
    &PlanLimits::bytestreams,
    &PlanLimits::api_calls_per_min,
    &PlanLimits::call_allocations,
    &PlanLimits::call_bits_per_s,
    &PlanLimits::call_bytes_per_month,
    &PlanLimits::s2s_queue_bytes,
};

bool is_summed(int64_t PlanLimits::*limit) { return std::find(summed.begin(), summed.end(), limit) != summed.end(); }

// `unlimited` is more than any count.
bool is_more(int64_t one, int64_t other) {
  if (one == unlimited || other == unlimited) return one == unlimited && other != unlimited;
  return one > other;
}

// REQUIRES: neither is `unlimited`. The largest count stands for all that are larger.
int64_t add(int64_t one, int64_t other) {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  return one > most - other ? most : one + other;
}

// With what may be oversold; a count has 53 bits, so that ten times as much is one too.
int64_t bound_of(const Reseller& reseller, int64_t PlanLimits::*limit) {
  const int64_t allotted = reseller.allotted.*limit;
  if (allotted == unlimited || !is_summed(limit)) return allotted;
  return allotted / 100 * reseller.oversell_percent + allotted % 100 * reseller.oversell_percent / 100;
}

}  // namespace

Given::Given() {
  for (const PlanLimitName& limit : plan_limit_names()) limits.*limit.member = 0;
}

void Given::add(const PlanLimits& plan) {
  ++tenants;
  for (const PlanLimitName& limit : plan_limit_names()) {
    int64_t& sum = limits.*limit.member;
    const int64_t more = plan.*limit.member;
    if (sum == unlimited || more == unlimited) {
      sum = unlimited;
    } else {
      sum = is_summed(limit) ? teahouse::add(sum, more) : std::max(sum, more);
    }
  }
}

bool is_summed(const PlanLimitName& limit) { return is_summed(limit.member); }

Result<void> check_allotment(const Reseller& reseller, const Given& before, const Given& after) {
  if (after.tenants > before.tenants && after.tenants > reseller.tenants) {
    return Error{ErrorKind::resource_constraint,
                 "The reseller '" + reseller.name + "' may have " + std::to_string(reseller.tenants) +
                     (reseller.tenants == 1 ? " tenant" : " tenants") + ", and has them. Remove one, or ask for more."};
  }
  for (const PlanLimitName& limit : plan_limit_names()) {
    const int64_t bound = bound_of(reseller, limit.member), given = after.limits.*limit.member;
    if (!is_more(given, bound) || !is_more(given, before.limits.*limit.member)) continue;
    const std::string wanted = given == unlimited ? "unlimited" : std::to_string(given);
    return Error{ErrorKind::resource_constraint,
                 "The reseller '" + reseller.name + "' is allotted " + std::to_string(bound) + " of " +
                     std::string(limit.name) +
                     (is_summed(limit) ? ", for all its tenants together; with this they would have " + wanted
                                       : ", for each of its plans; this one has " + wanted) +
                     ". Choose a smaller plan, or ask for more."};
  }
  return {};
}

PlanLimits fit(const Reseller& reseller, PlanLimits limits) {
  for (const PlanLimitName& limit : plan_limit_names()) {
    int64_t bound = bound_of(reseller, limit.member);
    if (bound == unlimited) continue;
    if (is_summed(limit)) bound /= std::max<int64_t>(reseller.tenants, 1);
    int64_t& value = limits.*limit.member;
    if (is_more(value, bound)) value = bound;
  }
  return limits;
}

}  // namespace teahouse
