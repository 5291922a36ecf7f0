// Meter: what a tenant uses now, counted where it happens, against the limits of its plan.
//
// Thread: any; every count is safe by itself. Lifetime: one for each tenant, kept while its Tenant snapshots are
// replaced.
#pragma once

#include <atomic>
#include <cstdint>

#include "tenant/account_counts.h"
#include "tenant/usage_counter.h"

namespace teahouse {

struct Meter {
  std::atomic<int64_t> accounts = 0;
  std::atomic<int64_t> sessions = 0;
  std::atomic<int64_t> rooms = 0;
  AccountCounts rooms_made;  // of the rooms that exist, by the accounts whose share they are
  std::atomic<int64_t> archive_bytes = 0;
  std::atomic<int64_t> files_bytes = 0;  // of files that are there, and of those that are on their way
  std::atomic<int64_t> messages = 0;     // accepted from users and the API, since the start
  std::atomic<int64_t> bytestreams = 0;
  AccountCounts bytestreams_of;            // by the accounts that asked for them
  std::atomic<int64_t> relayed_bytes = 0;  // through the proxy, both ways, since the start
  std::atomic<int64_t> call_allocations = 0;
  AccountCounts call_allocations_of;            // by the names that accounts have at the relay
  AccountCounts call_allocations_from;          // by the networks that clients are in
  std::atomic<int64_t> call_bytes = 0;          // through the calls' relay, both ways, in this month of UTC
  std::atomic<int64_t> call_seconds = 0;        // of allocations that relayed something in it; the same month
  std::atomic<int64_t> call_paid_until_us = 0;  // by call_bits_per_s, on the monotonic clock (calls/rate.h)

  std::atomic<int64_t> federated_domains = 0;  // of other servers, with a stream to them or one being made
  std::atomic<int64_t> s2s_queue_bytes = 0;    // of stanzas that wait for other servers
  UsageCounter usage;                          // of this hour, for the hours' lines (usage_rollups.h)

  // Takes so many of `count` unless that would pass `limit` (unlimited: -1). True when they were taken.
  static bool take(std::atomic<int64_t>& count, int64_t limit, int64_t units = 1) {
    if (count.fetch_add(units, std::memory_order_relaxed) <= limit - units || limit < 0) return true;
    count.fetch_sub(units, std::memory_order_relaxed);
    return false;
  }
  static bool is_full(const std::atomic<int64_t>& count, int64_t limit) {
    return limit >= 0 && count.load(std::memory_order_relaxed) >= limit;
  }
  static void give_back(std::atomic<int64_t>& count, int64_t units = 1) {
    count.fetch_sub(units, std::memory_order_relaxed);
  }
};

}  // namespace teahouse
