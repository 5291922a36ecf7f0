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
    if (unless_asked_ == Speaks::http) connection_->set_rank(net::Rank::first);
    // For SASL EXTERNAL; those that speak HTTP are not asked, for browsers ask their users then.
    connection_->start_tls(alpn_splitter_.contexts_, std::move(alpn), {},
                           {unless_asked_ == Speaks::xmpp, "xmpp-client"});
    connection_->start(*this);
  }

 private:
  void on_bytes(std::string_view) override {}  // nothing comes before on_secure
  void on_secure() override {
    const auto self = shared_from_this();
    const std::string alpn = connection_->alpn();
    const bool xmpp = alpn.empty() ? unless_asked_ == Speaks::xmpp : alpn == "xmpp-client";
    alpn_splitter_.leave(*this);
    if (xmpp) connection_->set_rank(net::Rank::usual);
    (xmpp ? alpn_splitter_.to_xmpp_ : alpn_splitter_.to_http_)(std::move(connection_));
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

AlpnSplitter::AlpnSplitter(net::Loop& loop, const net::TlsContexts& contexts, Handover to_xmpp, Handover to_http)
    : loop_(loop), contexts_(contexts), to_xmpp_(std::move(to_xmpp)), to_http_(std::move(to_http)) {}
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
