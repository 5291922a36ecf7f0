// Federation: the streams between this server and others, of one home; and the way of stanzas to them.
//
// A pair of domains (a host of ours, one elsewhere) belongs to one home, by the hash of both: there is one stream to
// the peer for it, so that stanzas from one bare address to another keep their order. Streams that come in stay where
// they were accepted; what they carry goes the way of all stanzas.
//
// Thread: its home's loop. Owns: the streams.
// Limits: strangers_max streams come from one network that have proved nothing, and strangers_total_max from all;
// streams_of_pair_max have proved the same pair; outgoing_max pairs have a way out, of_tenant_max of them one tenant's;
// verifications_per_min from a network; lost_max streams that have broken can be resumed; trials_max at once.
//
// Messages that wait on disk for other servers are taken up again at the start, by each home for its pairs (restore);
// those of a tenant that is suspended wait until it is not.
//
// Errors: to senders: not-allowed where a tenant's policy says so, and Outgoing's.
// Spec: RFC 6120; docs/decisions/0044.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/task.h"
#include "base/token_buckets.h"
#include "net/connection.h"
#include "net/dns.h"
#include "net/loop.h"
#include "server/commit_ticket.h"
#include "server/hook_list.h"
#include "server/hooks.h"
#include "server/place.h"
#include "server/s2s/house.h"
#include "server/s2s/peer_stream.h"
#include "server/s2s/trial.h"

namespace teahouse::s2s {

class HandledCount;
class Incoming;
class Outgoing;

class Federation {
 public:
  static constexpr size_t strangers_max = 20, strangers_total_max = 1000, streams_of_pair_max = 10;
  static constexpr size_t outgoing_max = 20'000, of_tenant_max = 5'000, lost_max = 2'000;
  static constexpr int64_t verifications_per_min = 120;
  static constexpr size_t trials_max = 10;

  Federation(Home& home, std::unique_ptr<net::Dns> dns, std::shared_ptr<const House> house);
  ~Federation();
  Federation(const Federation&) = delete;

  // A TCP connection; plain, or with its TLS handshake done.
  void accept(std::unique_ptr<net::Connection> connection, std::string_view early = {});
  // By which files of other domains are asked for (POSH); without it none is. REQUIRES: before any stream.
  void fetch_by(Fetch fetch) { fetch_ = std::move(fetch); }
  // Whether a host of ours can prove itself to the server of that domain (trial.h). Errors: not_allowed where its
  // tenant does not talk with it, or it is served here; resource_constraint. Then `done` is not called.
  Result<void> try_peer(const Pair& pair, Trial::Done done);
  void refuse_more() { refuses_more_ = true; }  // takes nobody any more
  void stop();                                  // ends all streams
  size_t count() const;                         // of those that are open, or are being closed

  // For its streams.
  Home& home() { return home_; }
  const House& house() const { return *house_; }
  PeerStream::Way way() { return {home_, *dns_, *house_, closing_, fetch_}; }
  bool may_verify(const std::string& network);
  void on_proved(Incoming& stream, const Pair& pair);
  void forget(Incoming& stream, bool has_broken);  // it is destroyed at the end of the turn
  // The count of a stream that has broken, which may be resumed.
  void keep(const std::string& id, const std::shared_ptr<HandledCount>& count);

 private:
  struct ToPeer;     // a stanza on its way to the home of its pair
  struct PeerHeard;  // word that a peer has been heard of
  struct PeerLost;   // word that one can't be reached
  Flow take(Stanza& stanza, TicketPtr& ticket);
  void send(const HostPtr& host, const Pair& pair, Stanza&& stanza, TicketPtr ticket);
  void rest_outgoing(const std::function<bool(const Outgoing&)>& unwanted);
  void drop_outgoing(const std::function<bool(const Pair&, Outgoing&)>& unwanted);
  Outgoing* find_or_make(const HostPtr& host, const Pair& pair);
  void ask_for(const Pair& pair);
  void follow(TenantId tenant);
  bool follow(const Pair& pair, Outgoing& outgoing);
  void leave(TenantId tenant);
  void look_after();
  void look_after_soon();
  void take_up(const HostPtr& host, const Pair& pair);
  void take_up_rested(TenantId tenant);
  static Task<void> restore(std::weak_ptr<Federation*> self, Home& home);
  size_t strangers_of(const std::string& network) const;

  Home& home_;
  const std::unique_ptr<net::Dns> dns_;
  const std::shared_ptr<const House> house_;
  Fetch fetch_;
  PeerStream::Closing closing_;
  std::unordered_set<std::shared_ptr<Incoming>> incoming_;
  std::map<Pair, std::unique_ptr<Outgoing>> outgoing_;
  std::unordered_set<std::shared_ptr<Trial>> trials_;
  std::map<TenantId, size_t> outgoing_of_;
  std::set<Pair> rested_;  // of tenants that are suspended: rows of these wait
  struct Lost {
    std::shared_ptr<HandledCount> count;
    int64_t until_ms = 0;
  };
  std::map<std::string, Lost> lost_;
  TokenBuckets verifications_{10'000};
  std::vector<Hooked> hooked_;
  net::Timer chores_;
  bool refuses_more_ = false;
  std::shared_ptr<Federation*> self_;  // last: what asks for it finds nothing once the rest goes
};

}  // namespace teahouse::s2s
