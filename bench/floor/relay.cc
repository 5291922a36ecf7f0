#include "bench/floor/relay.h"

#include <algorithm>

namespace teahouse::bench {
namespace {

constexpr std::string_view message_end = "</message>";

// Between the quotes after `label`, which is like " to=".
std::string_view quoted(std::string_view stanza, std::string_view label) {
  const size_t at = stanza.find(label);
  if (at == std::string_view::npos) return {};
  const size_t begin = at + label.size() + 1;
  return stanza.substr(begin, stanza.find(stanza[begin - 1], begin) - begin);
}

size_t find_end(std::string_view bytes) {
  const std::string_view end = bytes.starts_with("<message") ? message_end : "/>";
  const size_t at = bytes.find(end);
  return at == std::string_view::npos ? 0 : at + end.size();
}

}  // namespace

class Relay::Peer final : public Socket::Events {
 public:
  explicit Peer(Relay& relay) : socket(relay.poller_, *this), relay_(relay) {}

  void on_bytes(std::string_view bytes) override {
    const bool waits = !pending_.empty();
    if (waits) {
      pending_.append(bytes);
      bytes = pending_;
    }
    for (size_t size; (size = find_end(bytes)) != 0; bytes.remove_prefix(size)) {
      relay_.handle(*this, bytes.substr(0, size));
    }
    if (waits || !bytes.empty()) pending_ = std::string(bytes);
  }
  void on_closed(std::string_view) override { relay_.closed_.push_back(this); }

  Socket socket;
  std::string name;
  std::vector<std::string> rooms;

 private:
  Relay& relay_;
  std::string pending_;  // the beginning of a stanza
};

Relay::Relay(Poller& poller) : poller_(poller) {}

Relay::~Relay() = default;

void Relay::accept(int fd, const TlsContext* tls) {
  auto peer = std::make_unique<Peer>(*this);
  peer->socket.take(fd);
  if (tls) peer->socket.start_tls(*tls, {});
  Peer* const key = peer.get();
  peers_.emplace(key, std::move(peer));
}

void Relay::handle(Peer& from, std::string_view stanza) {
  if (stanza.starts_with("<message")) return copy(stanza);
  if (stanza.starts_with("<hello")) {
    from.name = quoted(stanza, " from=");
    named_[from.name] = &from;
  } else if (stanza.starts_with("<join")) {
    from.rooms.emplace_back(quoted(stanza, " room="));
    rooms_[from.rooms.back()].push_back(&from);
  }
  from.socket.send("<ok/>");
}

void Relay::copy(std::string_view stanza) {
  const std::string_view to = quoted(stanza, " to=");
  if (const auto peer = named_.find(to); peer != named_.end()) return peer->second->socket.send(stanza);
  if (const auto room = rooms_.find(to); room != rooms_.end()) {
    for (Peer* const peer : room->second) peer->socket.send(stanza);
  }
}

void Relay::forget_closed() {
  for (Peer* const peer : closed_) {
    if (const auto named = named_.find(peer->name); named != named_.end() && named->second == peer) named_.erase(named);
    for (const std::string& room : peer->rooms) std::erase(rooms_[room], peer);
    peers_.erase(peer);
  }
  closed_.clear();
}

}  // namespace teahouse::bench
