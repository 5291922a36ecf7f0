#include "tenant/plan.h"

#include <array>

namespace teahouse {

std::span<const PlanLimitName> plan_limit_names() {
  static constexpr std::array<PlanLimitName, 32> names = {{
      {"accounts", &PlanLimits::accounts},
      {"sessions", &PlanLimits::sessions},
      {"sessions_per_account", &PlanLimits::sessions_per_account},
      {"rooms", &PlanLimits::rooms},
      {"rooms_per_account", &PlanLimits::rooms_per_account},
      {"room_members", &PlanLimits::room_members},
      {"stanza_bytes", &PlanLimits::stanza_bytes},
      {"stanzas_per_s", &PlanLimits::stanzas_per_s},
      {"archive_bytes", &PlanLimits::archive_bytes},
      {"archive_days", &PlanLimits::archive_days},
      {"offline_messages", &PlanLimits::offline_messages},
      {"events_days", &PlanLimits::events_days},
      {"events_bytes", &PlanLimits::events_bytes},
      {"file_bytes", &PlanLimits::file_bytes},
      {"files_total_bytes", &PlanLimits::files_total_bytes},
      {"file_days", &PlanLimits::file_days},
      {"api_calls_per_min", &PlanLimits::api_calls_per_min},
      {"registrations_per_h", &PlanLimits::registrations_per_h},
      {"guests_per_h", &PlanLimits::guests_per_h},
      {"pubsub_nodes", &PlanLimits::pubsub_nodes},
      {"pubsub_items", &PlanLimits::pubsub_items},
      {"pubsub_item_bytes", &PlanLimits::pubsub_item_bytes},
      {"pubsub_bytes", &PlanLimits::pubsub_bytes},
      {"bytestreams", &PlanLimits::bytestreams},
      {"bytestreams_per_account", &PlanLimits::bytestreams_per_account},
      {"call_allocations", &PlanLimits::call_allocations},
      {"call_allocations_per_account", &PlanLimits::call_allocations_per_account},
      {"call_allocations_per_network", &PlanLimits::call_allocations_per_network},
      {"call_bits_per_s", &PlanLimits::call_bits_per_s},
      {"call_bytes_per_month", &PlanLimits::call_bytes_per_month},
      {"call_participants", &PlanLimits::call_participants},
      {"federated_domains", &PlanLimits::federated_domains},
  }};
  static_assert(sizeof(PlanLimits) == names.size() * sizeof(int64_t), "every limit has a name");
  return names;
}

}  // namespace teahouse
