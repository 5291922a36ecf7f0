// PeerStream: a stream that we open to the server of a domain, up to its features inside TLS; its owner says what it is
// for.
//
// STARTTLS or direct TLS, always; the certificate of our host is shown, the peer's is judged: by authorities, and where
// these do not vouch for it by what its domain says of it (Belief). Where House requires a good one, a stream without
// it ends before anything is said on it.
//
// Thread: its home's. Owns: the connection. Lifetime: home, Dns and House outlive it; its Events until they were told
// on_failed(), or have called let_go().
// Limits: what a stranger may send in one piece (StreamLimits::of_stranger), for it sends no stanzas.
// Errors: PeerConnector's; remote_server_timeout for a stream that comes to nothing, with the reason.
// Spec: RFC 6120 sections 4, 5 and 13.7; XEP-0368.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "server/c2s/xml_stream.h"
#include "server/s2s/belief.h"
#include "server/s2s/house.h"
#include "server/s2s/peer_connector.h"

namespace teahouse {
class Home;
}

namespace teahouse::s2s {

class PeerStream final : public c2s::XmlStream::Events, public std::enable_shared_from_this<PeerStream> {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_features(const xml::Element& features) = 0;
    virtual void on_element(const xml::Element& element) = 0;  // behind those
    virtual void on_failed(const Error& error) = 0;            // it is over; the last that is told
    virtual void on_drained() {}                               // all that was sent is with the kernel
  };
  using Closing = std::unordered_set<std::shared_ptr<PeerStream>>;  // those that nobody has any more
  struct Way {
    Home& home;
    net::Dns& dns;
    const House& house;
    Closing& closing;
    const Fetch& fetch;
  };

  PeerStream(const Way& way, Pair pair, Events& events);
  ~PeerStream() override;
  void start();
  // Behind <success/>: a new stream in the same connection, whose features follow.
  void begin_anew();
  void send(const Stanza& stanza) { xml_.send(stanza); }
  void send(std::string nonza) { xml_.send(std::move(nonza)); }
  // Ends it, properly where it is open; tells nothing any more.
  void let_go();
  // The same, with a stream error.
  void end(std::string_view condition, std::string_view text);

  const std::string& id() const { return id_; }  // that the peer gave it
  bool is_certificate_good() const { return !proof_.empty(); }
  const std::string& proof() const { return proof_; }  // of its certificate: "PKIX", "DANE", "POSH"; empty: it has none
  bool is_closed_properly() const { return is_proper_; }  // by the peer, without an error
  // One side does not want it: to try again changes nothing, until somebody changes that.
  bool was_refused() const { return is_refused_; }
  size_t queued_bytes() const { return has_transport_ ? xml_.queued_bytes() : 0; }
  std::string peer_address() const;  // empty before there is a connection

 private:
  enum class State : uint8_t { connecting, plain, asking_tls, securing, judging, open, over };

  // XmlStream::Events
  void on_header(const xml::Element& header) override;
  void on_element(xml::Document element) override;
  void on_peer_error(const xml::Element& error) override;
  void on_over() override;
  void on_secure() override;
  void on_drained() override {
    if (events_) events_->on_drained();
  }
  void on_gone(std::string_view why) override;
  std::string_view domain() const override { return pair_.ours; }
  std::shared_ptr<void> share() override { return shared_from_this(); }

  void on_connected(Result<std::unique_ptr<net::Connection>> connection);
  void on_plain_element(const xml::Element& element);
  void judge();
  void on_judged(const Result<std::string>& proof);
  net::TlsClient make_tls() const;
  void refuse(const std::string& why);
  void fail(const Error& error);

  const Way way_;
  const Pair pair_;
  const net::ServerNames peer_;
  Events* events_;
  c2s::XmlStream xml_;
  std::optional<PeerConnector> connector_;
  std::optional<Belief> belief_;
  State state_ = State::connecting;
  bool has_transport_ = false, has_features_ = false, is_proper_ = false;
  bool is_refused_ = false;
  std::string id_, proof_, peer_error_;
};

}  // namespace teahouse::s2s
