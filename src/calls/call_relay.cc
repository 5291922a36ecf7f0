#include "calls/call_relay.h"

namespace teahouse::calls {
namespace {

class UdpLine final : public Line {
 public:
  UdpLine(UdpSocket& socket, const LineKey& key) : socket_(socket), key_(key) {}
  const LineKey& key() const override { return key_; }
  void send(std::string message) override { socket_.send_now(key_.client, message, key_.local); }
  void relay(Frame message) override { socket_.send(key_.client, message.view(), key_.local); }
  std::unique_ptr<Line> keep() const override { return std::make_unique<UdpLine>(socket_, key_); }

 private:
  UdpSocket& socket_;
  const LineKey key_;
};

}  // namespace

CallRelay::CallRelay(net::Loop& loop, const Clock& clock, Turn::House& house, RelayAddresses& addresses,
                     std::function<TenantPtr(TenantId)> tenant, Turn::Counters counters)
    : loop_(loop),
      packets_(loop, [this] { turn_.begin_batch(); }),
      ports_(packets_, addresses),
      turn_(clock, house, ports_, std::move(tenant), counters),
      owner_{turn_, [this] { packets_.flush(); }, [this](StreamLine& line) { leave(line); }} {
  sweep();
}

CallRelay::~CallRelay() = default;

Result<void> CallRelay::listen(const net::SocketAddress& address, Sharing sharing) {
  const auto fd = open_udp(address, sharing);
  if (!fd) return fd.error();
  udp_ = std::make_unique<UdpSocket>(packets_, *fd, *this);
  return {};
}

void CallRelay::accept(std::unique_ptr<net::Connection> connection, std::string_view early) {
  if (is_stopped_ || streams_.size() >= connections_max) return;  // it closes
  const uint64_t number = ++last_number_;
  const auto line = std::make_shared<StreamLine>(owner_, std::move(connection), number);
  streams_.emplace(number, line);
  line->start(early);
}

void CallRelay::leave(StreamLine& line) {
  const auto found = streams_.extract(line.key().connection);
  turn_.forget(line.key());
  if (!found.empty()) loop_.at_turn_end([kept = found.mapped()] {});  // the caller is one of its call-backs
}

void CallRelay::on_packet(const Endpoint& peer, const Endpoint& local, Frame bytes) {
  UdpLine line(*udp_, {peer, local, 0});
  turn_.receive(line, bytes.view());
}

void CallRelay::sweep() {
  turn_.sweep();
  sweep_ = loop_.start_timer(Turn::sweep_ms, [this] { sweep(); });
}

void CallRelay::stop() {
  is_stopped_ = true;
  sweep_.stop();
  turn_.end([](const Use&) { return true; });
  streams_.clear();
  udp_.reset();
}

}  // namespace teahouse::calls
