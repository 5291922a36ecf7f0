#include "calls/stream_line.h"

namespace teahouse::calls {
namespace {

size_t with_padding(size_t size) { return (size + 3) & ~size_t{3}; }

// The line that an allocation keeps of a connection, which may end before it does.
class KeptLine final : public Line {
 public:
  KeptLine(std::shared_ptr<StreamLine*> stream, const LineKey& key) : stream_(std::move(stream)), key_(key) {}
  const LineKey& key() const override { return key_; }
  void send(std::string message) override {
    if (*stream_) (*stream_)->send(std::move(message));
  }
  void relay(Frame message) override {
    if (*stream_) (*stream_)->relay(message);
  }
  std::unique_ptr<Line> keep() const override { return std::make_unique<KeptLine>(stream_, key_); }

 private:
  const std::shared_ptr<StreamLine*> stream_;
  const LineKey key_;
};

}  // namespace

StreamLine::StreamLine(const Owner& owner, std::unique_ptr<net::Connection> connection, uint64_t number)
    : owner_(owner), connection_(std::move(connection)), self_(std::make_shared<StreamLine*>(this)) {
  const auto client = net::make_address(connection_->peer_address(), connection_->peer_port());
  if (client) key_.client = Endpoint::of(client->storage);
  key_.connection = number;
}

StreamLine::~StreamLine() { *self_ = nullptr; }

void StreamLine::start(std::string_view early) {
  watch_idle();
  connection_->start(*this);
  if (!early.empty()) on_bytes(early);
}

void StreamLine::close() {
  idle_.stop();
  connection_->close();
}

void StreamLine::watch_idle() {
  idle_ = connection_->home().start_timer(idle_ms, [this] { has_allocation() ? watch_idle() : close(); });
}

void StreamLine::on_bytes(std::string_view bytes) {
  if (is_broken_) return;
  owner_.turn.begin_batch();
  if (!part_.empty()) {
    part_.append(bytes);
    const std::string all = std::exchange(part_, {});
    part_ = all.substr(take_messages(all));
    owner_.flush();
  } else {
    part_ = bytes.substr(take_messages(bytes));
    owner_.flush();
  }
  if (is_broken_) return close();
  if (has_allocation()) connection_->admit();
}

size_t StreamLine::take_messages(std::string_view bytes) {
  size_t taken = 0;
  while (bytes.size() - taken >= channel_header_bytes) {
    const std::string_view rest = bytes.substr(taken);
    const auto first = static_cast<uint8_t>(rest[0]);
    const bool is_stun = StunMessage::is_begun(rest), is_channel = (first & 0xF0) == 0x40;
    const size_t size = is_stun ? StunMessage::size_of(rest) : channel_header_bytes + read_u16(rest, 2);
    const bool is_other = is_stun && (size % 4 != 0 || (rest.size() >= 8 && read_u32(rest, 4) != stun_cookie));
    if (is_other || (!is_stun && !(is_channel && has_allocation()))) {
      is_broken_ = true;
      return bytes.size();
    }
    if (rest.size() < with_padding(size)) break;
    owner_.turn.receive(*this, rest.substr(0, size));
    taken += with_padding(size);
  }
  return taken;
}

void StreamLine::on_closed(std::string_view /*why*/) {
  idle_.stop();
  owner_.is_over(*this);
}

void StreamLine::send(std::string message) {
  if (connection_->queued_bytes() > queued_bytes_max) return;
  connection_->send(std::move(message));
}

void StreamLine::relay(Frame message) {
  std::string bytes(message.view());
  bytes.resize(with_padding(bytes.size()));
  send(std::move(bytes));
}

std::unique_ptr<Line> StreamLine::keep() const { return std::make_unique<KeptLine>(self_, key_); }

}  // namespace teahouse::calls
