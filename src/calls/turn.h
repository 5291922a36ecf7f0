// Turn: STUN and TURN on one loop, without a socket: requests in, answers out, and the allocations.
//
// A request is answered on the line that it came by. One that is not authenticated is never kept in mind, and what it
// is answered is bounded by its network (may_answer()), because its address may be another's.
//
// Thread: its loop. Owns: its allocations.
// Limits: Allocation's and Use's; answers_per_s to one network's requests that are not authenticated,
// by each loop.
// Errors: STUN's: 400, 401, 403, 420, 437, 438, 440 to 443, 486, 508.
// Spec: RFC 8489 sections 6, 7, 9.2; RFC 8656. TCP allocations (RFC 6062) are not there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/result.h"
#include "base/token_buckets.h"
#include "calls/allocation.h"
#include "calls/credentials.h"
#include "calls/line.h"
#include "calls/nonces.h"
#include "calls/peer_guard.h"
#include "calls/stun_writer.h"

namespace teahouse::calls {

class Turn {
 public:
  static constexpr int64_t lifetime_s = 600, lifetime_s_max = 3600, sweep_ms = 5000;
  static constexpr int64_t answers_per_s = 50, answers_burst = 200;
  static constexpr std::string_view realm = "calls";

  // The part that all loops share. Lifetime: outlives their Turns.
  struct House {
    CallCredentials credentials;
    Nonces nonces;
    PeerGuard guard;
    Limits limits;
  };
  // Lifetime: what is named outlives it.
  struct Counters {
    int64_t& relayed_bytes;
    int64_t& dropped_packets;
  };
  // `tenant` finds one as it is now; null: there is none.
  Turn(const Clock& clock, House& house, PortSource& ports, std::function<TenantPtr(TenantId)> tenant,
       Counters counters);
  ~Turn();

  // The packets that follow come at this time. For each batch.
  void begin_batch() { shared_.now_ms = clock_.monotonic_ms(); }
  void receive(Line& line, std::string_view packet);
  // The connection is over.
  void forget(const LineKey& line) { allocations_.erase(line); }
  bool has_allocation(const LineKey& line) const { return allocations_.contains(line); }
  void end(const std::function<bool(const Use&)>& which);
  // A tenant that was changed: suspended, its allocations end.
  void follow(const TenantPtr& tenant);
  // Ends what is over, and counts the seconds in which something was relayed. Every sweep_ms.
  void sweep();

  size_t allocations() const { return allocations_.size(); }

 private:
  struct Asker {  // of a request that is authenticated
    CallCredentials::Claim claim;
    TenantPtr tenant;
    std::string key;
  };
  struct Request {
    Line& line;
    const StunMessage& message;
    Asker asker = {};
  };
  void answer_binding(Line& line, const StunMessage& message);
  void handle_request(Line& line, const StunMessage& message);
  void handle_send(Line& line, const StunMessage& message);
  std::optional<Asker> authenticate(Line& line, const StunMessage& message);
  Result<std::string> key_of(const CallCredentials::Claim& claim, const StunMessage& message) const;
  void challenge(Line& line, const StunMessage& message, int code);
  bool may_answer(const Line& line);

  void allocate(const Request& request);
  struct Wanted;  // a good request for an allocation
  std::optional<Wanted> read_wanted(const Request& request);
  void make_allocation(const Request& request, const Wanted& wanted);
  static void answer_allocated(const Request& request, const Allocation& allocation);
  void refresh(const Request& request, Allocation& allocation);
  void create_permission(const Request& request, Allocation& allocation);
  void bind_channel(const Request& request, Allocation& allocation);
  bool refuse_peer(const Request& request, const Allocation& allocation, const Endpoint& peer);

  static StunWriter begin_success(const Request& request);
  static void answer(const Request& request, StunWriter writer);
  static void refuse(const Request& request, int code, std::string_view reason);
  static void refuse_unknown(Line& line, const StunMessage& message, std::string_view key);
  Allocation* find(const LineKey& key);

  const Clock& clock_;
  House& house_;
  PortSource& ports_;
  const std::function<TenantPtr(TenantId)> tenant_;
  Allocation::Shared shared_;
  std::unordered_map<LineKey, std::unique_ptr<Allocation>, LineKeyHash> allocations_;
  TokenBuckets answers_{10'000};
};

}  // namespace teahouse::calls
