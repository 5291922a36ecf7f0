// Given: the sums that a reseller has given away to its tenants, and whether it may give more.
//
// The limits of a tenant as a whole (accounts, rooms, bytes ...) are summed over its tenants; those of one account,
// room, stanza, file or address, and days, are no sums: none of its plans has more than it is allotted. A sum
// over an allotment that was made smaller stays, and cannot grow.
#pragma once

#include <span>

#include "base/result.h"
#include "tenant/reseller.h"

namespace teahouse {

struct Given {
  int64_t tenants = 0;
  PlanLimits limits;  // sums, or the largest; `unlimited` where one plan is

  Given();
  void add(const PlanLimits& plan);
};

bool is_summed(const PlanLimitName& limit);

// Whether a reseller that has given away `before` may have given away `after`. Errors: resource_constraint, for what is
// more than before and more than is allotted.
Result<void> check_allotment(const Reseller& reseller, const Given& before, const Given& after);
// The limits, made so small that each of the reseller's tenants can have them.
PlanLimits fit(const Reseller& reseller, PlanLimits limits);

}  // namespace teahouse
