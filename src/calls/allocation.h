// Allocation: what one client has of the relay: one or two addresses, the peers that may send to them, and channels.
//
// Thread: its loop. Owns: its ports and its line.
// Limits: permissions_max and channels_max; the plan's bits a second and bytes a month, above which data is dropped.
// Spec: RFC 8656 sections 2, 9 to 12.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calls/line.h"
#include "calls/use.h"

namespace teahouse::calls {

class Allocation final : public PeerEvents {
 public:
  static constexpr size_t permissions_max = 64, channels_max = 64;
  static constexpr int64_t permission_ms = 300'000, channel_ms = 600'000;

  // The part that the loop's allocations share. Lifetime: outlives them.
  struct Shared {
    int64_t& relayed_bytes;
    int64_t& dropped_packets;
    int64_t now_ms = 0;  // monotonic, of the batch
  };

  Allocation(Shared& shared, std::unique_ptr<Line> line, std::unique_ptr<Use> use, std::string_view transaction);

  void add_port(Family family, std::unique_ptr<RelayPort> port);
  void remove_port(Family family) { port_of(family).reset(); }
  bool has(Family family) const { return ports_[family == Family::v6] != nullptr; }
  const RelayPort& port(Family family) const { return *ports_[family == Family::v6]; }

  // False: too many. Peers' ports do not count.
  bool permit(const std::vector<Endpoint>& peers);
  enum class Bound : uint8_t { done, conflict, full };
  Bound bind(uint16_t channel, const Endpoint& peer);

  // From the client. False: dropped.
  bool send(const Endpoint& peer, std::string_view data, bool dont_fragment);
  bool send(uint16_t channel, std::string_view data);
  // From a peer.
  void on_peer(const Endpoint& peer, Frame data) override;

  void last_until(int64_t expires_ms) { expires_ms_ = expires_ms; }
  bool is_over() const { return expires_ms_ <= shared_.now_ms; }
  int64_t left_ms() const { return expires_ms_ - shared_.now_ms; }
  void forget_expired();
  bool take_has_relayed() { return std::exchange(has_relayed_, false); }

  Use& use() { return *use_; }
  const Line& line() const { return *line_; }
  // Of the request that made it.
  std::string_view transaction() const { return {transaction_.data(), transaction_.size()}; }
  std::string token;  // of a port that was reserved with it

 private:
  struct Permission {
    Endpoint peer;  // without a port
    int64_t until_ms;
  };
  struct Channel {
    uint16_t number;
    Endpoint peer;
    int64_t until_ms;
  };
  std::unique_ptr<RelayPort>& port_of(Family family) { return ports_[family == Family::v6]; }
  bool is_permitted(const Endpoint& peer) const;
  bool permit(const Endpoint& peer);
  bool pay(size_t bytes);
  void send_data(const Endpoint& peer, Frame data);

  Shared& shared_;
  const std::unique_ptr<Line> line_;
  const std::unique_ptr<Use> use_;
  std::array<std::unique_ptr<RelayPort>, 2> ports_;
  std::vector<Permission> permissions_;
  std::vector<Channel> channels_;
  std::array<char, 12> transaction_{};
  int64_t expires_ms_ = 0;
  bool has_relayed_ = false;
};

}  // namespace teahouse::calls
