#include "modules/bytestreams/streamhost.h"

#include <algorithm>
#include <utility>

#include "account/network.h"

namespace teahouse::bytestreams {
namespace {

// A connection's place among those of its network.
std::shared_ptr<const void> take_place(const std::shared_ptr<Streamhost::All>& all, const std::string& address) {
  std::string network = network_of(address);
  if (!all->connections.take(network, Streamhost::connections_per_network)) return nullptr;
  const auto give_back = [all, network = std::move(network)](const void*) { all->connections.give_back(network); };
  return {all.get(), give_back};
}

}  // namespace

Streamhost::Streamhost(net::Loop& loop, std::shared_ptr<All> all, int64_t& relayed)
    : loop_(loop), all_(std::move(all)), relayed_(relayed) {}

Streamhost::~Streamhost() = default;

void Streamhost::accept(std::unique_ptr<net::Connection> connection) {
  if (is_stopped_) return;
  auto place = take_place(all_, connection->peer_address());
  if (!place) return;
  const auto peer = std::make_shared<Peer>(*this, Relay::Line{std::move(connection), std::move(place)});
  peers_.insert(peer);
  peer->start();
}

void Streamhost::lead(const std::shared_ptr<Peer>& peer) {
  Streamhost& there = *all_->hosts.at(all_->index_of(peer->hash()));
  if (&there == this) return arrive(peer);
  peers_.erase(peer);
  peer->line_.connection->move_to(there.loop_, [&there, peer] { there.arrive(peer); });
}

void Streamhost::arrive(const std::shared_ptr<Peer>& peer) {
  peer->host_ = this;
  if (is_stopped_) return;
  peers_.insert(peer);
  auto& same = by_hash_[peer->hash()];
  if (same.size() == 2) return peer->refuse();
  same.push_back(peer.get());
  if (waiting_count_ >= all_->waiting_max) forget(static_cast<Peer&>(*waiting_.next()));
  peer->link_before(waiting_);
  ++waiting_count_;
  peer->wait(*this);
}

void Streamhost::leave_waiting(Peer& peer) {
  if (!peer.linked()) return;
  peer.unlink();
  --waiting_count_;
  const auto found = by_hash_.find(peer.hash());
  std::erase(found->second, &peer);
  if (found->second.empty()) by_hash_.erase(found);
}

// The caller may be one of its own call-backs.
void Streamhost::forget(Peer& peer) {
  leave_waiting(peer);
  const auto kept = peer.shared_from_this();
  peer.take_line();
  if (peers_.erase(kept) > 0) loop_.at_turn_end([kept] {});
}

Result<void> Streamhost::activate(const std::string& hash, const UsePtr& use) {
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) {
    return Error{ErrorKind::item_not_found,
                 "Nobody is connected to the proxy for this stream: its SID, the address that asks and that of the "
                 "target must be those of the hash that both connect with."};
  }
  if (found->second.size() < 2) {
    return Error{ErrorKind::not_allowed, "One of the two is not connected to the proxy yet."};
  }
  const std::vector<Peer*> peers = found->second;
  std::vector<Relay::Line> lines;
  for (Peer* peer : peers) {
    leave_waiting(*peer);
    lines.push_back(peer->take_line());
    peers_.erase(peer->shared_from_this());
  }
  const auto joined = std::make_shared<Joined>(use);
  relays_.insert(joined);
  const auto relayed = [this, use = use.get()](size_t bytes) {
    relayed_ += static_cast<int64_t>(bytes);
    use->count(bytes);
  };
  const auto over = [this, joined = joined.get()] { end(joined->shared_from_this()); };
  joined->relay =
      std::make_unique<Relay>(loop_, std::move(lines[0]), std::move(lines[1]), Relay::Events{relayed, over});
  return {};
}

// Destroyed at the end of the turn: the caller may be one of its own call-backs. It counts no more at once.
void Streamhost::end(const JoinedPtr& joined) {
  joined->use.reset();
  if (relays_.erase(joined) > 0) loop_.at_turn_end([joined] {});
}

void Streamhost::end_relays(const std::function<bool(const Use&)>& which) {
  const auto relays = relays_;
  for (const JoinedPtr& joined : relays) {
    if (!which(*joined->use)) continue;
    end(joined);
    joined->relay->reset();
  }
}

void Streamhost::stop() {
  is_stopped_ = true;
  const auto peers = peers_;
  for (const auto& peer : peers) forget(*peer);
  end_relays([](const Use&) { return true; });
}

}  // namespace teahouse::bytestreams
