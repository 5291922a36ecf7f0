#include "bench/load/channel.h"

#include "bench/wire/stanza.h"

namespace teahouse::bench {
namespace {

constexpr unsigned char opcode_text = 1, opcode_ping = 9, opcode_pong = 10;
constexpr unsigned char final_bit = 0x80, masked_bit = 0x80;

std::string make_upgrade(const Target& target, const std::string& host) {
  return "GET " + target.websocket_path + " HTTP/1.1\r\nHost: " + host +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n";
}

}  // namespace

Channel::Channel(Poller& poller, const Target& target, const TlsContext& tls, Events& events)
    : target_(target), tls_(tls), events_(events), socket_(poller, *this) {}

void Channel::connect(const std::string& server_name) {
  server_name_ = server_name;
  pending_.clear();
  wait_ = Wait::tcp;
  socket_.connect(target_.address);
}

void Channel::start_tls() {
  wait_ = Wait::tls;
  socket_.start_tls(tls_, server_name_);
}

void Channel::on_connected() {
  const bool secure = target_.transport == Transport::tls || target_.transport == Transport::floor_tls;
  if (wait_ == Wait::tcp && secure) {
    wait_ = Wait::tls;
    return socket_.start_tls(tls_, server_name_, "xmpp-client");
  }
  if (wait_ == Wait::tcp && target_.transport == Transport::websocket) {
    wait_ = Wait::upgrade;
    return socket_.send(make_upgrade(target_, server_name_));
  }
  wait_ = Wait::nothing;
  events_.on_connected();
}

void Channel::on_closed(std::string_view why) { events_.on_closed(why); }

void Channel::open_stream() {
  if (target_.transport == Transport::websocket) {
    return send("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='" + server_name_ + "' version='1.0'/>");
  }
  send("<?xml version='1.0'?><stream:stream to='" + server_name_ +
       "' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>");
}

void Channel::end_stream() {
  if (target_.is_floor()) return socket_.close();
  send(target_.transport == Transport::websocket ? "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"
                                                 : "</stream:stream>");
}

// Over WebSocket each stanza stands alone and says its namespace itself (RFC 7395 section 3.3.3).
void Channel::send(std::string_view element) {
  if (target_.transport != Transport::websocket) return socket_.send(element);
  for (const std::string_view name : {"<message", "<iq", "<presence"}) {
    if (!element.starts_with(name)) continue;
    return send_frame(std::string(name) + " xmlns='jabber:client'" + std::string(element.substr(name.size())),
                      opcode_text);
  }
  send_frame(element, opcode_text);
}

// A client must mask (RFC 6455 section 5.3); a mask of zeros leaves the payload as it is.
void Channel::send_frame(std::string_view payload, unsigned char opcode) {
  std::string head{static_cast<char>(final_bit | opcode)};
  const size_t size = payload.size();
  if (size < 126) {
    head += static_cast<char>(masked_bit | size);
  } else {
    head += static_cast<char>(masked_bit | 126);
    head += static_cast<char>(size >> 8);
    head += static_cast<char>(size);
  }
  head.append(4, '\0');
  socket_.send(head);
  socket_.send(payload);
}

void Channel::on_bytes(std::string_view bytes) {
  const bool waited = !pending_.empty();
  std::string all;
  if (waited) {
    all = std::move(pending_);
    all.append(bytes);
    bytes = all;
    pending_.clear();
  }
  while (!bytes.empty() && socket_.is_open()) {
    const bool taken = wait_ == Wait::upgrade                      ? take_upgrade(bytes)
                       : target_.transport == Transport::websocket ? take_frame(bytes)
                                                                   : take_element(bytes);
    if (!taken) break;
  }
  if (socket_.is_open()) pending_ = std::string(bytes);
}

bool Channel::take_element(std::string_view& bytes) {
  const size_t size = find_element(bytes);
  if (size == 0) return false;
  const std::string_view element = bytes.substr(0, size);
  bytes.remove_prefix(size);
  events_.on_element(element);
  return true;
}

bool Channel::take_upgrade(std::string_view& bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  if (!bytes.starts_with("HTTP/1.1 101")) {
    const std::string answer(bytes.substr(0, bytes.find('\r')));
    socket_.close();
    events_.on_closed("the WebSocket was refused: " + answer);
    return false;
  }
  bytes.remove_prefix(end + 4);
  wait_ = Wait::nothing;
  events_.on_connected();
  return true;
}

bool Channel::take_frame(std::string_view& bytes) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (bytes.size() < 2) return false;
  size_t head = 2, size = byte(1) & 0x7F;
  const size_t size_bytes = size == 127 ? 8 : size == 126 ? 2 : 0;
  if (bytes.size() < head + size_bytes) return false;
  if (size_bytes) size = 0;
  for (size_t i = 0; i < size_bytes; ++i) size = size << 8 | byte(head + i);
  head += size_bytes;
  if (bytes.size() < head + size) return false;
  const unsigned char opcode = byte(0) & 0x0F;
  const std::string_view payload = bytes.substr(head, size);
  bytes.remove_prefix(head + size);
  if (opcode == opcode_text) events_.on_element(payload);
  if (opcode == opcode_ping) send_frame(payload, opcode_pong);
  return true;
}

}  // namespace teahouse::bench
