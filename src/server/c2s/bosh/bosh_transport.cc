// BoshTransport: a BoshSession as its stream sees it.
#include <cassert>
#include <utility>

#include "server/c2s/bosh/bosh_front.h"
#include "server/session.h"

namespace teahouse::c2s {

class BoshTransport final : public Transport {
 public:
  explicit BoshTransport(std::shared_ptr<BoshSession> session) : session_(std::move(session)) {}
  ~BoshTransport() override { session_->events_ = nullptr; }

  void send_header(const StreamHeader& header) override { session_->terms_.from = header.from; }
  size_t send_stanza(const Stanza& stanza) override {
    std::string out;
    stanza.write(out, true);
    const size_t bytes = out.size();
    session_->send(std::move(out));
    return bytes;
  }
  void send_nonza(std::string xml) override { session_->send(std::move(xml)); }
  // Section 17.2 has a condition of its own for the end of the server; of the others the stream error tells.
  void send_error(std::string_view condition, std::string xml) override {
    const bool is_shutdown = condition == bosh_condition::system_shutdown;
    condition_ = is_shutdown ? bosh_condition::system_shutdown : bosh_condition::remote_stream_error;
    if (!is_shutdown) error_ = std::move(xml);
  }
  void close() override { session_->close(condition_, std::move(error_)); }
  void cut() override { session_->close(bosh_condition::remote_connection_failed, {}); }
  void abort() override { session_->abort(); }
  void restart() override {}  // what comes in a request stands for itself
  void set_limits(const StreamLimits& limits) override { session_->limits_ = limits.element; }
  void start_tls(std::string, const net::TlsContexts&, const std::string&, net::AskedPeers) override {
    assert(false && "TLS under HTTP is there from the start");
  }
  void hold() override { ++session_->holds_; }
  void release() override {
    if (--session_->holds_ == 0) session_->process();
  }
  bool is_held() const override { return session_->holds_ > 0; }
  bool send_ping() override { return false; }
  bool take_sign_of_life() override { return std::exchange(session_->is_alive_, false); }
  bool has_sign_of_life() const override { return session_->is_alive_; }
  // Where no request is open what is to be sent waits in the XMPP session, which others may take it from.
  size_t queued_bytes() const override {
    return session_->outgoing_bytes_ + (session_->waiting_.empty() ? Session::out_queue_bytes_max + 1 : 0);
  }
  void admit() override {
    session_->is_known_ = true;
    session_->front_->admit(*session_);
  }
  void move_to(net::Loop& other, std::function<void()> arrived) override {
    session_->move_to(other, std::move(arrived));
  }
  bool is_over_http() const override { return true; }
  const std::string& peer_address() const override { return session_->client_.address; }
  bool is_secure() const override { return session_->client_.is_secure; }
  bool is_private() const override { return session_->client_.is_private; }
  std::vector<ChannelBinding> channel_bindings() const override { return {}; }
  std::string tls_version() const override { return {}; }
  std::string peer_certificate() const override { return {}; }
  std::string sni() const override { return {}; }  // the front has compared the hosts

 private:
  const std::shared_ptr<BoshSession> session_;
  std::string_view condition_;
  std::string error_;
};

std::unique_ptr<Transport> BoshSession::make_transport(Transport::Events& events) {
  events_ = &events;
  return std::make_unique<BoshTransport>(shared_from_this());
}

}  // namespace teahouse::c2s
