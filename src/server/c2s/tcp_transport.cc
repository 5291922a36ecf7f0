#include "server/c2s/transport.h"
#include "xml/writer.h"

namespace teahouse::c2s {
namespace {

class TcpTransport final : public ConnectionTransport, private net::Connection::Events {
 public:
  TcpTransport(std::unique_ptr<net::Connection> connection, Transport::Events& events, std::string_view seen_ns)
      : connection_(std::move(connection)), events_(events) {
    parser_.see_default_ns_as(seen_ns);
  }
  ~TcpTransport() override { *alive_ = false; }
  void start(std::string_view early) {
    // After a TLS handshake on the listener's own account the connection runs already.
    if (connection_->is_secure()) {
      connection_->set_events(*this);
    } else {
      connection_->start(*this);
    }
    if (early.empty()) return;
    hold();
    waiting_ = early;
  }

  void send_header(const StreamHeader& header) override {
    std::string out = "<?xml version='1.0'?><stream:stream xmlns='";
    out.append(header.ns).append("' xmlns:stream='http://etherx.jabber.org/streams'");
    if (!header.declarations.empty()) out.append(" ").append(header.declarations);
    const auto attribute = [&out](std::string_view name, std::string_view value) {
      if (value.empty()) return;
      out.append(" ").append(name).append("='");
      xml::append_escaped(out, value);
      out.push_back('\'');
    };
    attribute("version", header.version);
    attribute("from", header.from);
    attribute("to", header.to);
    attribute("id", header.id);
    attribute("xml:lang", header.lang);
    out.push_back('>');
    connection_->send(std::move(out));
    opened_ = true;
  }

  size_t send_stanza(const Stanza& stanza) override {
    std::string out;
    stanza.write(out);
    const size_t bytes = out.size();
    connection_->send(std::move(out));
    return bytes;
  }
  void send_nonza(std::string xml) override { connection_->send(std::move(xml)); }
  void close() override {
    if (opened_) connection_->send(std::string("</stream:stream>"));
    connection_->close();
  }
  void cut() override { connection_->close(); }
  void restart() override { restart_ = true; }
  void set_limits(const StreamLimits& limits) override { parser_.set_limits(limits.element); }

  void start_tls(std::string proceed, const net::TlsContexts& contexts, const std::string& name,
                 net::AskedPeers asked) override {
    connection_->send(std::move(proceed));
    connection_->start_tls(contexts, {}, name, std::move(asked));
    restart_ = true;
    discard_ = true;
  }
  void begin_tls(const net::TlsClient& client) override {
    connection_->start_tls(client);
    restart_ = true;
    discard_ = true;
  }

  void hold() override {
    if (holds_++ == 0) connection_->pause();
  }
  void release() override {
    if (--holds_ > 0) return;
    const std::string waiting = std::exchange(waiting_, {});
    const std::shared_ptr<bool> alive = alive_;
    on_bytes(waiting);
    if (*alive && holds_ == 0) connection_->resume();
  }
  bool is_held() const override { return holds_ > 0; }
  bool send_ping() override { return false; }
  void move_to(net::Loop& other, std::function<void()> arrived) override {
    connection_->move_to(other, std::move(arrived));
  }
  bool is_over_http() const override { return false; }
  std::vector<ChannelBinding> channel_bindings() const override { return connection_->channel_bindings(); }
  std::string tls_version() const override { return connection_->tls_version(); }
  std::string peer_certificate() const override { return connection_->peer_certificate(); }
  const std::string& peer_address() const override { return connection_->peer_address(); }
  bool is_private() const override { return connection_->is_secure(); }
  std::string sni() const override { return connection_->sni(); }

 private:
  net::Connection& connection() const override { return *connection_; }
  void on_bytes(std::string_view bytes) override {
    const std::shared_ptr<bool> alive = alive_;
    while (true) {
      if (holds_ > 0) {
        waiting_.append(bytes);
        return;
      }
      if (restart_) {
        restart_ = false;
        before_header_ = true;
        parser_.reset();
      }
      // Between two streams, and first inside TLS, it belongs to neither; XML itself allows none before a declaration.
      if (before_header_) bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
      if (bytes.empty()) return;
      before_header_ = false;
      switch (parser_.next(bytes)) {
        case xml::StreamParser::Step::need_more: return;
        case xml::StreamParser::Step::stream_open:
          events_.on_header(parser_.header().root(), parser_.default_ns());
          break;
        case xml::StreamParser::Step::element: events_.on_element(parser_.take_element()); break;
        case xml::StreamParser::Step::stream_close: events_.on_stream_close(); break;
        case xml::StreamParser::Step::fault: events_.on_fault(parser_.fault(), parser_.fault_text()); return;
      }
      if (!*alive) return;
      if (std::exchange(discard_, false)) return;
    }
  }
  void on_secure() override { events_.on_secure(); }
  void on_drained() override { events_.on_drained(); }
  void on_closed(std::string_view why) override { events_.on_gone(why); }

  std::unique_ptr<net::Connection> connection_;
  Transport::Events& events_;
  xml::StreamParser parser_;
  std::string waiting_;  // came while held
  int holds_ = 0;
  bool restart_ = false, opened_ = false, discard_ = false;
  bool before_header_ = true;  // nothing of this stream has come
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<Transport> make_tcp_transport(std::unique_ptr<net::Connection> connection, Transport::Events& events,
                                              std::string_view seen_ns, std::string_view early) {
  auto transport = std::make_unique<TcpTransport>(std::move(connection), events, seen_ns);
  transport->start(early);
  return transport;
}

}  // namespace teahouse::c2s
