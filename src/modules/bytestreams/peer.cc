#include "modules/bytestreams/peer.h"

#include "modules/bytestreams/streamhost.h"

namespace teahouse::bytestreams {

void Peer::start() {
  end_in(handshake_ms);
  line_.connection->start(*this);
}

void Peer::end_in(int64_t time_ms) {
  timer_ = host_->loop().start_timer(time_ms, [this] { host_->forget(*this); });
}

void Peer::on_bytes(std::string_view bytes) {
  const auto self = shared_from_this();
  if (handshake_.state() == Handshake::State::asked) {
    early_bytes_ += bytes.size();
    if (early_bytes_ > early_bytes_max) host_->forget(*this);
    return;
  }
  if (auto answer = handshake_.take(bytes); !answer.empty()) line_.connection->send(std::move(answer));
  if (handshake_.state() == Handshake::State::refused) return close();
  if (handshake_.state() != Handshake::State::asked) return;
  timer_.stop();
  host_->lead(self);
}

void Peer::wait(Streamhost& host) {
  host_ = &host;
  end_in(wait_ms);
  line_.connection->send(handshake_.grant());
}

void Peer::refuse() {
  line_.connection->send(Handshake::refuse());
  close();
}

// on_closed follows, in five seconds at the latest.
void Peer::close() {
  timer_.stop();
  line_.connection->close();
}

void Peer::on_closed(std::string_view /*why*/) { host_->forget(*this); }

Relay::Line Peer::take_line() {
  timer_.stop();
  return std::move(line_);
}

}  // namespace teahouse::bytestreams
