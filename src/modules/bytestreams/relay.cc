// The bytes of a read go to the other socket at once, out of the loop's buffer; only what that does not take is copied,
// and then its sender waits (pause) until it is gone. So a relay holds nothing while both sides are quick.
//
// It is over when both sides have said their end and all of it is with the kernel. Of a side whose socket goes after
// that nothing is missing: the other may still take what is queued for it.
#include "modules/bytestreams/relay.h"

#include <utility>

namespace teahouse::bytestreams {

Relay::Relay(net::Loop& loop, Line one, Line other, Events events) : loop_(loop), events_(std::move(events)) {
  start(one_, std::move(one), other_);
  start(other_, std::move(other), one_);
  watch_idle();
}

void Relay::start(Side& side, Line line, Side& other) {
  side.other = &other;
  side.line = std::move(line);
  side.line.connection->admit();
  side.line.connection->set_events(side);
}

void Relay::reset() {
  idle_.stop();
  for (Side* side : {&one_, &other_}) {
    if (const auto connection = std::exchange(side->line, {}).connection) connection->reset();
  }
}

void Relay::pass(Side& from, std::string_view bytes) {
  has_moved_ = true;
  events_.relayed(bytes.size());
  net::Connection& to = *from.other->line.connection;
  const size_t written = to.send_now(bytes);
  if (written == bytes.size()) return;
  to.send(std::string(bytes.substr(written)));
  from.line.connection->pause();
}

void Relay::on_drained(Side& side) {
  has_moved_ = true;
  if (is_over()) return finish(false);
  if (side.other->line.connection) side.other->line.connection->resume();
}

bool Relay::Side::on_peer_done() {
  has_ended = true;
  if (relay.is_over()) {
    relay.finish(false);
  } else if (other->line.connection) {
    other->line.connection->end_sending();
  }
  return true;
}

bool Relay::is_over() const {
  if (!one_.has_ended || !other_.has_ended) return false;
  for (const Side* side : {&one_, &other_}) {
    if (side->line.connection && side->line.connection->queued_bytes() > 0) return false;
  }
  return true;
}

void Relay::on_closed(Side& side) {
  side.line = {};
  const bool is_whole = one_.has_ended && other_.has_ended;
  if (is_whole && !is_over()) return;
  finish(!is_whole);
}

// A peer that hears of the end finds the stream no longer counted.
void Relay::finish(bool is_failure) {
  idle_.stop();
  events_.over();
  if (is_failure) reset();
  one_.line = {};
  other_.line = {};
}

void Relay::watch_idle() {
  idle_ = loop_.start_timer(idle_ms, [this] {
    if (std::exchange(has_moved_, false)) return watch_idle();
    finish(true);
  });
}

}  // namespace teahouse::bytestreams
