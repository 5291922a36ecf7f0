#include "app/alpn_splitter.h"

#include "base/log.h"

namespace teahouse {
namespace {
constexpr int64_t handshake_timeout_s = 30;
constexpr size_t guests_max = 10'000;
}  // namespace

class AlpnSplitter::Handshake final : public net::Connection::Events, public std::enable_shared_from_this<Handshake> {
 public:
  Handshake(AlpnSplitter& doorman, std::unique_ptr<net::Connection> connection, Speaks unless_asked)
      : alpn_splitter_(doorman), connection_(std::move(connection)), unless_asked_(unless_asked) {}

  void start() {
    timer_ = alpn_splitter_.loop_.start_timer(handshake_timeout_s * 1000, [this] { alpn_splitter_.leave(*this); });
    std::vector<std::string> alpn{"xmpp-client", "http/1.1"};
    if (unless_asked_ == Speaks::http) std::swap(alpn.front(), alpn.back());
    if (unless_asked_ == Speaks::stun) alpn.clear();
    if (alpn_splitter_.handovers_.stun) alpn.emplace_back("stun.turn");
    if (unless_asked_ == Speaks::server) return start_server();
    if (unless_asked_ == Speaks::http) connection_->set_rank(net::Rank::first);
    // For SASL EXTERNAL; those that speak HTTP are not asked, for browsers ask their users then.
    connection_->start_tls(alpn_splitter_.contexts_, std::move(alpn), {},
                           {unless_asked_ == Speaks::xmpp, "xmpp-client"});
    connection_->start(*this);
  }

 private:
  void start_server() {
    connection_->start_tls(alpn_splitter_.contexts_, {"xmpp-server"}, {}, {true, "xmpp-server", true});
    connection_->start(*this);
  }
  void on_secure() override {
    if (unless_asked_ == Speaks::server) return hand_over(Speaks::server, {});
    const std::string alpn = connection_->alpn();
    if (alpn == "xmpp-client") return hand_over(Speaks::xmpp, {});
    if (alpn == "acme-tls/1") return;  // a validator has seen what it came for, and closes
    if (alpn == "stun.turn") return hand_over(Speaks::stun, {});
    // The first byte tells.
    if (alpn.empty() && unless_asked_ == Speaks::http) return;
    hand_over(alpn.empty() ? unless_asked_ : Speaks::http, {});
  }
  void on_bytes(std::string_view bytes) override {
    const auto first = static_cast<unsigned char>(bytes[0]);
    const bool is_stun = first <= 1 && alpn_splitter_.handovers_.stun;
    hand_over(first == '<' ? Speaks::xmpp : is_stun ? Speaks::stun : Speaks::http, bytes);
  }
  void hand_over(Speaks speaks, std::string_view early) {
    const auto self = shared_from_this();
    alpn_splitter_.leave(*this);
    timer_.stop();
    if (speaks != Speaks::http) connection_->set_rank(net::Rank::usual);
    const Handovers& to = alpn_splitter_.handovers_;
    const Handover& chosen = speaks == Speaks::xmpp     ? to.xmpp
                             : speaks == Speaks::http   ? to.http
                             : speaks == Speaks::server ? to.servers
                                                        : to.stun;
    if (chosen) return chosen(std::move(connection_), early);
    connection_->abort();
  }
  void on_closed(std::string_view why) override {
    log::debug("tls", "A handshake failed", {{"address", connection_->peer_address()}, {"why", std::string(why)}});
    alpn_splitter_.leave(*this);
  }

  AlpnSplitter& alpn_splitter_;
  std::unique_ptr<net::Connection> connection_;
  const Speaks unless_asked_;
  net::Timer timer_;
};

AlpnSplitter::AlpnSplitter(net::Loop& loop, const net::TlsContexts& contexts, Handovers handovers)
    : loop_(loop), contexts_(contexts), handovers_(std::move(handovers)) {}
AlpnSplitter::~AlpnSplitter() = default;

void AlpnSplitter::accept(std::unique_ptr<net::Connection> connection, Speaks unless_asked) {
  if (handshakes_.size() >= guests_max) return;  // the connection closes
  const auto handshake =
      *handshakes_.insert(std::make_shared<Handshake>(*this, std::move(connection), unless_asked)).first;
  handshake->start();
}

void AlpnSplitter::leave(Handshake& handshake) {
  const auto kept = handshake.shared_from_this();
  handshakes_.erase(kept);
  loop_.at_turn_end([kept] {});  // the caller is one of its own call-backs
}

}  // namespace teahouse
