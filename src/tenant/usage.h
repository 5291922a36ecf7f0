// A tenant's use of its plan, as lines that an API or a panel can show.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tenant/tenant.h"

namespace teahouse {

struct UsageLine {
  std::string_view name;  // of the limit, as in plan_limit_names()
  std::optional<int64_t>
      used;                   // none where the limit is not of the tenant as a whole (of one session, room or account)
  int64_t limit = unlimited;  // as it is sold
  OverUse over_use = OverUse::refuse;
};

// One line for each limit, in the order of plan_limit_names(). Thread: any.
std::vector<UsageLine> usage(const Tenant& tenant);

}  // namespace teahouse
