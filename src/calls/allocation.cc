// Data goes through without being copied: from the client the part behind the header is sent as it lies in the buffer,
// to the client the header is written before the data in the room that each buffer has there (Frame).
#include "calls/allocation.h"

#include <algorithm>
#include <cstring>

#include "base/random.h"
#include "calls/rate.h"
#include "calls/stun_writer.h"

namespace teahouse::calls {
namespace {

Endpoint without_port(Endpoint peer) {
  peer.port = 0;
  return peer;
}

void write_u16(char* to, size_t number) {
  to[0] = static_cast<char>(number >> 8);
  to[1] = static_cast<char>(number & 0xFF);
}

}  // namespace

Allocation::Allocation(Shared& shared, std::unique_ptr<Line> line, std::unique_ptr<Use> use,
                       std::string_view transaction)
    : shared_(shared), line_(std::move(line)), use_(std::move(use)) {
  std::copy_n(transaction.begin(), transaction_.size(), transaction_.begin());
}

void Allocation::add_port(Family family, std::unique_ptr<RelayPort> port) {
  port->listen(*this);
  port_of(family) = std::move(port);
}

bool Allocation::is_permitted(const Endpoint& peer) const {
  return std::ranges::any_of(permissions_, [&](const Permission& each) {
    return each.peer.has_ip_of(peer) && each.until_ms > shared_.now_ms;
  });
}

bool Allocation::permit(const Endpoint& peer) {
  const int64_t until_ms = shared_.now_ms + permission_ms;
  for (Permission& each : permissions_) {
    if (!each.peer.has_ip_of(peer)) continue;
    each.until_ms = until_ms;
    return true;
  }
  if (permissions_.size() >= permissions_max) forget_expired();
  if (permissions_.size() >= permissions_max) return false;
  permissions_.push_back({without_port(peer), until_ms});
  return true;
}

// All or none, as section 10.2 has it; one that is refused may have renewed others.
bool Allocation::permit(const std::vector<Endpoint>& peers) {
  forget_expired();
  const auto before = static_cast<std::ptrdiff_t>(permissions_.size());
  for (const Endpoint& peer : peers) {
    if (permit(peer)) continue;
    permissions_.erase(permissions_.begin() + before, permissions_.end());
    return false;
  }
  return true;
}

Allocation::Bound Allocation::bind(uint16_t channel, const Endpoint& peer) {
  forget_expired();
  const auto found =
      std::ranges::find_if(channels_, [&](const Channel& each) { return each.number == channel || each.peer == peer; });
  const bool is_new = found == channels_.end();
  if (!is_new && (found->number != channel || found->peer != peer)) return Bound::conflict;
  if ((is_new && channels_.size() >= channels_max) || !permit(peer)) return Bound::full;
  const int64_t until_ms = shared_.now_ms + channel_ms;
  if (is_new) {
    channels_.push_back({channel, peer, until_ms});
  } else {
    found->until_ms = until_ms;
  }
  return Bound::done;
}

void Allocation::forget_expired() {
  std::erase_if(permissions_, [this](const Permission& each) { return each.until_ms <= shared_.now_ms; });
  std::erase_if(channels_, [this](const Channel& each) { return each.until_ms <= shared_.now_ms; });
}

// Data of the user alone is counted, without headers.
bool Allocation::pay(size_t bytes) {
  Meter& meter = *use_->tenant()->meter;
  const PlanLimits& plan = use_->tenant()->limits();
  const auto size = static_cast<int64_t>(bytes);
  if (Meter::is_full(meter.call_bytes, plan.call_bytes_per_month) ||
      !pay_for(meter.call_paid_until_us, shared_.now_ms, size * 8, plan.call_bits_per_s)) {
    ++shared_.dropped_packets;
    return false;
  }
  meter.call_bytes.fetch_add(size, std::memory_order_relaxed);
  meter.usage.add(Used::relayed_bytes, size);
  shared_.relayed_bytes += size;
  has_relayed_ = true;
  return true;
}

bool Allocation::send(const Endpoint& peer, std::string_view data, bool dont_fragment) {
  if (is_over() || !has(peer.family) || !is_permitted(peer) || !pay(data.size())) return false;
  port_of(peer.family)->relay(peer, data, dont_fragment);
  return true;
}

bool Allocation::send(uint16_t channel, std::string_view data) {
  const auto found = std::ranges::find(channels_, channel, &Channel::number);
  if (found == channels_.end() || found->until_ms <= shared_.now_ms) return false;
  return send(found->peer, data, false);
}

void Allocation::on_peer(const Endpoint& peer, Frame data) {
  if (is_over() || !is_permitted(peer) || !pay(data.size)) return;
  const auto found = std::ranges::find(channels_, peer, &Channel::peer);
  if (found == channels_.end() || found->until_ms <= shared_.now_ms) return send_data(peer, data);
  Frame message{data.begin - channel_header_bytes, data.size + channel_header_bytes};
  write_u16(message.begin, found->number);
  write_u16(message.begin + 2, data.size);
  line_->relay(message);
}

// A Data indication: header, XOR-PEER-ADDRESS, and the header of DATA before the data; its padding behind it.
void Allocation::send_data(const Endpoint& peer, Frame data) {
  const std::string transaction = random_bytes(transaction_bytes);
  std::string head = StunWriter(Method::data, MessageClass::indication, transaction)
                         .address(Attribute::xor_peer_address, peer)
                         .add(Attribute::data, {})
                         .take();
  const size_t padding = (4 - data.size % 4) % 4;
  write_u16(head.data() + head.size() - 2, data.size);
  write_u16(head.data() + 2, head.size() - stun_header_bytes + data.size + padding);
  static_assert(Frame::headroom_bytes >= stun_header_bytes + 4 + 20 + 4);
  Frame message{data.begin - head.size(), head.size() + data.size + padding};
  std::memcpy(message.begin, head.data(), head.size());
  std::memset(data.begin + data.size, 0, padding);
  line_->relay(message);
}

}  // namespace teahouse::calls
