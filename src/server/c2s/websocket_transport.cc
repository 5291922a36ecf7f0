#include "server/c2s/websocket_transport.h"

#include <deque>

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

class WebSocketTransport final : public ConnectionTransport, public http::WebSocket::Events {
 public:
  WebSocketTransport(const http::Request& request, Transport::Events& events)
      : events_(events),
        peer_address_(request.peer_address),
        is_forwarded_(request.forwarded),
        is_private_(request.is_private()) {}
  ~WebSocketTransport() override { *alive_ = false; }
  void own(std::unique_ptr<http::WebSocket> socket) { socket_ = std::move(socket); }

  void send_header(const StreamHeader& header) override {
    std::string out;
    xml::Writer writer(out);
    writer.open("open", ns::framing).attribute("version", "1.0");
    if (!header.from.empty()) writer.attribute("from", header.from);
    if (!header.to.empty()) writer.attribute("to", header.to);
    if (!header.id.empty()) writer.attribute("id", header.id);
    if (!header.lang.empty()) writer.attribute("xml:lang", header.lang);
    writer.close();
    socket_->send_text(std::move(out));
    opened_ = true;
  }
  size_t send_stanza(const Stanza& stanza) override {
    std::string out;
    out.reserve(stanza.payload().size() + stanza.stamps().size() + 288);
    stanza.write(out, true);
    const size_t bytes = out.size();
    socket_->send_text(std::move(out));
    return bytes;
  }
  void send_nonza(std::string xml) override { socket_->send_text(std::move(xml)); }
  void close() override {
    if (opened_) socket_->send_text("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    socket_->close(too_big_ ? http::close_code::too_big : http::close_code::normal);
  }
  void cut() override { socket_->close(http::close_code::going_away); }
  void restart() override {}  // each message stands for itself
  void set_limits(const StreamLimits& limits) override {
    limits_ = limits.element;
    socket_->set_limits(limits.message);
  }
  void start_tls(std::string, const net::TlsContexts&, const std::string&, net::AskedPeers) override {
    assert(false && "TLS under a WebSocket is there from the start");
  }

  void hold() override {
    if (holds_++ == 0) socket_->connection().pause();
  }
  void release() override {
    if (--holds_ > 0) return;
    const std::shared_ptr<bool> alive = alive_;
    while (*alive && holds_ == 0 && !waiting_.empty()) {
      const std::string message = std::move(waiting_.front());
      waiting_.pop_front();
      handle(message);
    }
    if (*alive && holds_ == 0 && too_big_) refuse_too_big();
    if (*alive && holds_ == 0) socket_->connection().resume();
  }
  bool is_held() const override { return holds_ > 0; }
  bool send_ping() override {
    socket_->send_ping();
    return true;
  }
  void move_to(net::Loop& other, std::function<void()> arrived) override {
    socket_->move_to(other, std::move(arrived));
  }
  bool is_over_http() const override { return true; }
  // No page can see what its TLS connection is bound by, and a proxy may have ended that connection.
  std::vector<ChannelBinding> channel_bindings() const override { return {}; }
  std::string tls_version() const override { return {}; }
  std::string peer_certificate() const override { return {}; }
  const std::string& peer_address() const override { return peer_address_; }
  bool is_private() const override { return is_private_; }
  std::string sni() const override { return is_forwarded_ ? std::string() : socket_->connection().sni(); }

 private:
  net::Connection& connection() const override { return socket_->connection(); }
  void on_text(std::string_view message) override {
    if (holds_ > 0) {
      waiting_.emplace_back(message);
    } else {
      handle(message);
    }
  }

  bool on_too_big() override {
    too_big_ = true;
    if (holds_ == 0) refuse_too_big();
    return true;
  }
  void refuse_too_big() {
    events_.on_fault(xml::StreamFault::policy_violation,
                     "an element has more than " + std::to_string(limits_.element_bytes_max) + " bytes");
  }

  void handle(std::string_view message) {
    if (message.find_first_not_of(" \t\r\n") == std::string_view::npos) return;  // a keep-alive
    auto document = xml::Document::parse(SharedBytes(std::string(message)), limits_);
    if (!document) return events_.on_fault(fault_of(document.error()), document.error().text);
    const xml::Element root = document->root();
    if (root.is("open", ns::framing)) {
      events_.on_header(root, ns::client);
    } else if (root.is("close", ns::framing)) {
      events_.on_stream_close();
    } else {
      events_.on_element(std::move(*document));
    }
  }
  void on_drained() override { events_.on_drained(); }
  void on_closed(std::string_view why) override { events_.on_gone(why); }

  Transport::Events& events_;
  const std::string peer_address_;
  const bool is_forwarded_;
  const bool is_private_;  // TLS, here or to a trusted proxy; or the page is on this machine, and no proxy in between
  std::unique_ptr<http::WebSocket> socket_;
  xml::Limits limits_;
  std::deque<std::string> waiting_;  // came while held
  int holds_ = 0;
  bool opened_ = false;
  bool too_big_ = false;  // a message is: nothing follows what waits
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

Result<std::unique_ptr<Transport>> make_websocket_transport(const http::Request& request, http::Responder responder,
                                                            Transport::Events& events) {
  auto transport = std::make_unique<WebSocketTransport>(request, events);
  auto socket = http::WebSocket::accept(request, std::move(responder), {}, *transport);
  if (!socket) return socket.error();
  transport->own(std::move(*socket));
  return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace teahouse::c2s
