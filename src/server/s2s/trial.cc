#include "server/s2s/trial.h"

#include <utility>

#include "crypto/encoding.h"
#include "server/home.h"
#include "server/s2s/dialback.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {
namespace {

bool offers(const xml::Element& features, std::string_view mechanism) {
  const auto mechanisms = features.child("mechanisms", ns::sasl);
  bool found = false;
  if (mechanisms)
    mechanisms->for_each_child(
        [&](const xml::Element& each) { found = found || (each.name() == "mechanism" && each.text() == mechanism); });
  return found;
}

}  // namespace

Trial::Trial(const PeerStream::Way& way, Pair pair, TenantId tenant, Done done)
    : way_(way), pair_(std::move(pair)), tenant_(tenant), done_(std::move(done)) {}

Trial::~Trial() { end_stream(); }

void Trial::start() { open(State::opening); }

void Trial::open(State state) {
  state_ = state;
  clock_ = way_.home.loop().start_timer(way_.house.connect_timeout_ms, [this] {
    end_stream();
    on_failed({ErrorKind::remote_server_timeout, "it did not let us in in time"});
  });
  stream_ = std::make_shared<PeerStream>(way_, pair_, *this);
  stream_->start();
}

void Trial::end_stream() {
  clock_.stop();
  if (const auto stream = std::exchange(stream_, nullptr)) stream->let_go();
}

void Trial::on_features(const xml::Element& features) {
  if (state_ == State::opening) {
    outcome_.certificate_proof = stream_->proof();
    outcome_.offers_external = offers(features, "EXTERNAL");
    if (!outcome_.offers_external) return begin_dialback();
    state_ = State::by_certificate;
    return stream_->send("<auth xmlns='" + std::string(ns::sasl) + "' mechanism='EXTERNAL'>" +
                         crypto::to_base64(pair_.ours) + "</auth>");
  }
  if (state_ == State::opening_again) begin_dialback();
}

void Trial::begin_dialback() {
  state_ = State::by_dialback;
  const std::string secret = make_dialback_secret(way_.house.dialback_secret, tenant_);
  stream_->send(write_dialback(
      {false, pair_.ours, pair_.peer, {}, {}, make_dialback_key(secret, pair_.peer, pair_.ours, stream_->id()), {}}));
}

void Trial::on_element(const xml::Element& element) {
  if (state_ == State::by_certificate && (element.is("success", ns::sasl) || element.is("failure", ns::sasl))) {
    outcome_.external = element.name() == "success";
    end_stream();
    return open(State::opening_again);
  }
  if (state_ != State::by_dialback) return;
  const auto word = read_dialback(element);
  if (!word || word->is_verify || word->from != pair_.peer || word->to != pair_.ours || word->type.empty()) return;
  outcome_.dialback = word->type == "valid";
  if (!*outcome_.dialback) outcome_.why_not = "it answers " + word->type + " " + word->reason;
  end_stream();
  tell();
}

// A peer that ends the first stream over EXTERNAL may take dialback on another.
void Trial::on_failed(const Error& error) {
  stream_.reset();
  clock_.stop();
  outcome_.why_not = error.text;
  if (state_ == State::by_certificate) {
    outcome_.external = false;
    return open(State::opening_again);
  }
  tell();
}

void Trial::tell() {
  const auto done = std::move(done_);
  done_ = nullptr;
  if (done) done(std::move(outcome_));
}

}  // namespace teahouse::s2s
