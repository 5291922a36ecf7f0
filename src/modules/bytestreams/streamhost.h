// Streamhost: the connections to the proxy on one loop: those that shake hands, those that wait for their stream's
// activation, and the relays.
//
// A connection says nothing of a tenant, only the hash of its stream: of the SID, the requester and the target. All
// that have the same hash meet on the loop that the hash chooses (as addresses choose theirs), and so does the
// activation, which comes from the requester's tenant with a hash that is made there. Two connections have a hash at
// most.
//
// Thread: its loop. Owns: its peers and relays.
// Limits: connections_per_network of one network on all loops, whatever they do; waiting_max that wait, above which the
// one that has waited longest goes; Peer's and Relay's.
// Errors: of activate(): item-not-found when nobody has the hash, not-allowed when one connection has it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "modules/bytestreams/peer.h"
#include "modules/bytestreams/relay.h"
#include "modules/bytestreams/use.h"
#include "tenant/account_counts.h"

namespace teahouse::bytestreams {

class Streamhost {
 public:
  static constexpr int64_t connections_per_network = 64;

  // Shared by the streamhosts of all loops, each at its loop's index.
  struct All {
    std::vector<Streamhost*> hosts;
    std::function<size_t(std::string_view)> index_of;  // the loop that a name chooses
    AccountCounts connections;                         // by network
    size_t waiting_max = 1024;                         // at each loop
  };
  // `relayed` counts bytes. Lifetime: all of All outlive its loop's last turn.
  Streamhost(net::Loop& loop, std::shared_ptr<All> all, int64_t& relayed);
  ~Streamhost();
  Streamhost(const Streamhost&) = delete;

  void accept(std::unique_ptr<net::Connection> connection);
  Result<void> activate(const std::string& hash, const UsePtr& use);
  void end_relays(const std::function<bool(const Use&)>& which);
  void stop();  // ends all, and takes nobody any more

  net::Loop& loop() const { return loop_; }
  size_t waiting() const { return waiting_count_; }
  size_t relays() const { return relays_.size(); }

 private:
  friend class Peer;
  struct Joined : std::enable_shared_from_this<Joined> {
    explicit Joined(UsePtr its) : use(std::move(its)) {}
    std::unique_ptr<Relay> relay;
    UsePtr use;
  };
  using JoinedPtr = std::shared_ptr<Joined>;
  void lead(const std::shared_ptr<Peer>& peer);  // to the loop of its hash
  void arrive(const std::shared_ptr<Peer>& peer);
  void forget(Peer& peer);
  void leave_waiting(Peer& peer);
  void end(const JoinedPtr& joined);

  net::Loop& loop_;
  const std::shared_ptr<All> all_;
  int64_t& relayed_;
  std::unordered_set<std::shared_ptr<Peer>> peers_;
  TextMap<std::vector<Peer*>> by_hash_;  // one or two
  net::ListNode waiting_;                // the one that waits longest comes first
  size_t waiting_count_ = 0;
  std::unordered_set<JoinedPtr> relays_;
  bool is_stopped_ = false;
};

}  // namespace teahouse::bytestreams
