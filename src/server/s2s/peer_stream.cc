#include "server/s2s/peer_stream.h"

#include <utility>

#include "base/log.h"
#include "server/home.h"
#include "server/s2s/server_stream.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {

PeerStream::PeerStream(const Way& way, Pair pair, Events& events)
    : way_(way), pair_(std::move(pair)), peer_(names_of(pair_.peer)), events_(&events), xml_(server_stream, *this) {}
PeerStream::~PeerStream() = default;

net::TlsClient PeerStream::make_tls() const {
  return {way_.house.trust, peer_.ascii, {"xmpp-server"}, true, &way_.house.contexts, names_of(pair_.ours).ascii};
}

void PeerStream::start() {
  connector_.emplace(way_.home.loop(), way_.dns, way_.house, make_tls(),
                     [this](Result<std::unique_ptr<net::Connection>> connection) {
                       const auto kept = shared_from_this();
                       on_connected(std::move(connection));
                     });
  connector_->start();
}

void PeerStream::on_connected(Result<std::unique_ptr<net::Connection>> connection) {
  if (state_ == State::over) return;
  if (!connection) return fail(connection.error());
  xml_.start(c2s::make_tcp_transport(std::move(*connection), xml_.transport_events(), ns::client));
  has_transport_ = true;
  xml_.transport().set_limits(c2s::StreamLimits::of_stranger());
  state_ = State::plain;
  if (!xml_.is_plain()) return judge();
  xml_.begin(pair_.peer);
}

void PeerStream::on_header(const xml::Element& header) { id_ = header.attribute("id").value_or(""); }

void PeerStream::on_element(xml::Document document) {
  const xml::Element element = document.root();
  if (state_ == State::judging) return fail({ErrorKind::remote_server_timeout, "it speaks before it is asked"});
  if (state_ == State::plain || state_ == State::asking_tls) return on_plain_element(element);
  if (!element.is("features", ns::stream)) {
    if (has_features_ && events_) events_->on_element(element);
    return;
  }
  has_features_ = true;
  if (events_) events_->on_features(element);
}

void PeerStream::on_plain_element(const xml::Element& element) {
  if (state_ == State::plain && element.is("features", ns::stream)) {
    if (!element.child("starttls", ns::tls)) { return refuse("it offers no encryption"); }
    state_ = State::asking_tls;
    return xml_.send(std::string("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"));
  }
  if (state_ == State::asking_tls && element.is("proceed", ns::tls)) {
    state_ = State::securing;
    return xml_.begin_tls(make_tls());
  }
  refuse("it refused encryption");
}

void PeerStream::on_secure() { judge(); }

// Without a good certificate somebody on the way may be the peer. The peer waits for our header meanwhile.
void PeerStream::judge() {
  auto chain = xml_.transport().peer_chain();
  const auto verdict = net::judge_server(way_.house.trust, chain, peer_);
  if (verdict) return on_judged(std::string("PKIX"));
  if (!way_.house.require_valid_certificates) return on_judged(verdict.error());
  state_ = State::judging;
  belief_.emplace(way_.home.loop(), way_.dns, way_.fetch,
                  Belief::Asked{std::move(chain), peer_, connector_->target().host, connector_->target().port,
                                connector_->is_validated(), verdict.error()},
                  [this](const Result<std::string>& proof) {
                    const auto kept = shared_from_this();
                    if (state_ == State::judging) on_judged(proof);
                  });
  belief_->start();
}

void PeerStream::on_judged(const Result<std::string>& proof) {
  if (proof) proof_ = *proof;
  if (belief_) {
    way_.home.loop().at_turn_end([kept = shared_from_this()] { kept->belief_.reset(); });
  }
  if (!proof && way_.house.require_valid_certificates) { return refuse(proof.error().text); }
  state_ = State::open;
  xml_.begin(pair_.peer);
}

void PeerStream::begin_anew() {
  has_features_ = false;
  xml_.restart();
  xml_.begin(pair_.peer);
}

void PeerStream::on_peer_error(const xml::Element& error) {
  const auto condition = error.first_child();
  const std::string_view name = condition ? condition->name() : "";
  is_refused_ = name == "host-unknown" || name == "host-gone" || name == "not-authorized" || name == "policy-violation";
  peer_error_ = "it ended the stream: " + std::string(condition ? condition->name() : "no reason given");
  const std::string text = error.child_text("text", ns::streams_error);
  if (!text.empty()) peer_error_ += " (" + text.substr(0, 200) + ")";
}

void PeerStream::on_over() {
  if (state_ == State::over) return;
  is_proper_ = peer_error_.empty();
  fail({ErrorKind::remote_server_timeout, peer_error_.empty() ? "it closed the stream" : peer_error_});
}

void PeerStream::on_gone(std::string_view why) {
  if (state_ != State::over) fail({ErrorKind::remote_server_timeout, std::string(why)});
  const auto kept = shared_from_this();  // the caller is one of its own call-backs
  way_.home.loop().at_turn_end([kept] {});
  way_.closing.erase(kept);
}

void PeerStream::refuse(const std::string& why) {
  is_refused_ = true;
  fail({ErrorKind::remote_server_timeout, why});
}

void PeerStream::fail(const Error& error) {
  const auto kept = shared_from_this();
  Events* const told = events_;
  let_go();
  if (told) told->on_failed(error);
}

// Its connection is written out and closed when its owner has it no more.
void PeerStream::let_go() {
  events_ = nullptr;
  if (std::exchange(state_, State::over) == State::over) return;
  const auto kept = shared_from_this();
  if (!has_transport_) {
    way_.home.loop().at_turn_end([kept] { kept->connector_.reset(); });
    return;
  }
  if (belief_) way_.home.loop().at_turn_end([kept] { kept->belief_.reset(); });
  way_.closing.insert(kept);
  if (!xml_.is_over()) xml_.close();
}

void PeerStream::end(std::string_view condition, std::string_view text) {
  events_ = nullptr;
  if (std::exchange(state_, State::over) == State::over) return;
  way_.closing.insert(shared_from_this());
  if (!xml_.is_over()) xml_.end(condition, text);
}

std::string PeerStream::peer_address() const {
  return has_transport_ ? xml_.transport().peer_address() : std::string();
}

}  // namespace teahouse::s2s
