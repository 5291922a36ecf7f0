// Plan: a named set of limits that the operator sells; a tenant has one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace teahouse {

inline constexpr int64_t unlimited = -1;

// Each is a count, or `unlimited`. The names are those of the API and the command line.
struct PlanLimits {
  int64_t accounts = 1000;
  int64_t sessions = 2000;  // bound resources at once, all accounts together
  int64_t sessions_per_account = 20;
  int64_t rooms = 200;                // rooms that exist, persistent and temporary
  int64_t rooms_per_account = 50;     // of them, those that count for one account
  int64_t room_members = 500;         // occupants at once, and affiliations that are kept
  int64_t stanza_bytes = 256 * 1024;  // one stanza, tags included; c2s::StreamLimits bounds it
  int64_t stanzas_per_s = 300;        // of one session; bursts of twice as many
  int64_t archive_bytes = 1LL << 30;
  int64_t archive_days = 365;
  int64_t offline_messages = 500;     // kept for one account
  int64_t events_days = 30;           // what is older of the tenant's events is removed,
  int64_t events_bytes = 64LL << 20;  // and the oldest of what is more
  int64_t file_bytes = 100LL << 20;   // one file that is uploaded
  int64_t files_total_bytes = 10LL << 30;
  int64_t file_days = 365;  // what is older of the files is removed
  int64_t api_calls_per_min = 600;
  int64_t registrations_per_h = 3;  // accounts made in band (XEP-0077) from one address
  int64_t guests_per_h = 60;        // visitors who become guests from one address, or come again as one after a day
  int64_t pubsub_nodes = 200;       // of one account, and as many that it has made on pubsub services
  int64_t pubsub_items = 1000;      // kept in one node
  int64_t pubsub_item_bytes = 128 * 1024;  // one item
  int64_t pubsub_bytes = 32LL << 20;       // all items of one account's nodes, and as many of those that it has made
  int64_t bytestreams = 100;               // through the proxy at once (XEP-0065)
  int64_t bytestreams_per_account = 10;
  int64_t call_allocations = 1000;             // of the calls' relay at once (TURN)
  int64_t call_allocations_per_account = 50;   // a browser takes one for each way to the relay, and each network
  int64_t call_allocations_per_network = 500;  // an IPv4 address, or an IPv6 /64
  int64_t call_bits_per_s = 100'000'000;       // through the relay, all allocations together, both ways
  int64_t call_bytes_per_month = 1LL << 40;    // the same; of a month of UTC
  int64_t call_participants = 20;              // in one group call at once (XEP-0521)
  int64_t federated_domains = 0;               // of other servers, that it writes to at once; 0: to none
  int64_t s2s_queue_bytes = 16LL << 20;        // of stanzas that wait for other servers
};

inline constexpr size_t plan_limit_count = sizeof(PlanLimits) / sizeof(int64_t);

struct PlanLimitName {
  std::string_view name;
  int64_t PlanLimits::*member;
  bool is_counted = false;  // the tenant's use of it as a whole is in its Meter: a plan may let it be passed
};
// All of them, in the order above: the API, the command line and the store go through these.
std::span<const PlanLimitName> plan_limit_names();
std::optional<size_t> find_plan_limit(std::string_view name);  // its place among them

// The policy at a limit that a tenant has used up: it can't have more; it can, and its owner is told; it can, and that
// is counted only.
enum class OverUse : uint8_t { refuse, warn, allow };
inline constexpr std::array<std::string_view, 3> over_use_names = {"refuse", "warn", "allow"};
std::optional<OverUse> find_over_use(std::string_view name);

struct Plan {
  // Limits with their policies, in the order of plan_limit_names(). Only counted limits have others than `refuse`.
  struct Sold {
    PlanLimits limits;
    std::array<OverUse, plan_limit_count> over_use = {};
  };

  std::string name;                            // [a-z0-9-], 1..32
  PlanLimits limits;                           // in force: `unlimited` where the policy does not refuse
  std::shared_ptr<const Sold> sold = nullptr;  // null: as `limits`, and all is refused

  const PlanLimits& sold_limits() const { return sold ? sold->limits : limits; }
  OverUse over_use(size_t limit) const { return sold ? sold->over_use[limit] : OverUse::refuse; }
};

// A plan with these limits and policies.
Plan make_plan(std::string name, const Plan::Sold& sold);

}  // namespace teahouse
