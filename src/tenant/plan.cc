#include "tenant/plan.h"

#include <algorithm>
#include <array>
#include <utility>

namespace teahouse {

std::span<const PlanLimitName> plan_limit_names() {
  static constexpr std::array<PlanLimitName, 33> names = {{
      {"accounts", &PlanLimits::accounts, true},
      {"sessions", &PlanLimits::sessions, true},
      {"sessions_per_account", &PlanLimits::sessions_per_account},
      {"rooms", &PlanLimits::rooms, true},
      {"rooms_per_account", &PlanLimits::rooms_per_account},
      {"room_members", &PlanLimits::room_members},
      {"stanza_bytes", &PlanLimits::stanza_bytes},
      {"stanzas_per_s", &PlanLimits::stanzas_per_s},
      {"archive_bytes", &PlanLimits::archive_bytes, true},
      {"archive_days", &PlanLimits::archive_days},
      {"offline_messages", &PlanLimits::offline_messages},
      {"events_days", &PlanLimits::events_days},
      {"events_bytes", &PlanLimits::events_bytes},
      {"file_bytes", &PlanLimits::file_bytes},
      {"files_total_bytes", &PlanLimits::files_total_bytes, true},
      {"file_days", &PlanLimits::file_days},
      {"api_calls_per_min", &PlanLimits::api_calls_per_min},
      {"registrations_per_h", &PlanLimits::registrations_per_h},
      {"guests_per_h", &PlanLimits::guests_per_h},
      {"pubsub_nodes", &PlanLimits::pubsub_nodes},
      {"pubsub_items", &PlanLimits::pubsub_items},
      {"pubsub_item_bytes", &PlanLimits::pubsub_item_bytes},
      {"pubsub_bytes", &PlanLimits::pubsub_bytes},
      {"bytestreams", &PlanLimits::bytestreams, true},
      {"bytestreams_per_account", &PlanLimits::bytestreams_per_account},
      {"call_allocations", &PlanLimits::call_allocations, true},
      {"call_allocations_per_account", &PlanLimits::call_allocations_per_account},
      {"call_allocations_per_network", &PlanLimits::call_allocations_per_network},
      {"call_bits_per_s", &PlanLimits::call_bits_per_s},
      {"call_bytes_per_month", &PlanLimits::call_bytes_per_month, true},
      {"call_participants", &PlanLimits::call_participants},
      {"federated_domains", &PlanLimits::federated_domains},
      {"s2s_queue_bytes", &PlanLimits::s2s_queue_bytes, true},
  }};
  static_assert(sizeof(PlanLimits) == names.size() * sizeof(int64_t), "every limit has a name");
  return names;
}

std::optional<size_t> find_plan_limit(std::string_view name) {
  const auto names = plan_limit_names();
  const auto found =
      std::find_if(names.begin(), names.end(), [name](const PlanLimitName& each) { return each.name == name; });
  if (found == names.end()) return std::nullopt;
  return static_cast<size_t>(found - names.begin());
}

std::optional<OverUse> find_over_use(std::string_view name) {
  const auto* found = std::find(over_use_names.begin(), over_use_names.end(), name);
  if (found == over_use_names.end()) return std::nullopt;
  return static_cast<OverUse>(found - over_use_names.begin());
}

Plan make_plan(std::string name, const Plan::Sold& sold) {
  Plan plan{std::move(name), sold.limits};
  bool is_any = false;
  for (size_t i = 0; i < plan_limit_count; ++i) {
    if (sold.over_use[i] == OverUse::refuse) continue;
    plan.limits.*plan_limit_names()[i].member = unlimited;
    is_any = true;
  }
  if (is_any) plan.sold = std::make_shared<const Plan::Sold>(sold);
  return plan;
}

}  // namespace teahouse
