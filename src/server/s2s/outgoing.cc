#include "server/s2s/outgoing.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "crypto/encoding.h"
#include "server/home.h"
#include "server/s2s/dialback.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {
namespace {

constexpr int64_t doubtful_ms = 10'000;  // so soon after a stanza a stream that breaks may have lost it

bool offers_external(const xml::Element& features) {
  const auto mechanisms = features.child("mechanisms", ns::sasl);
  bool offers = false;
  if (mechanisms)
    mechanisms->for_each_child([&offers](const xml::Element& each) {
      offers = offers || (each.name() == "mechanism" && each.text() == "EXTERNAL");
    });
  return offers;
}

}  // namespace

// To enter a room is a question, unlike to tell a user that somebody is here (Arrivals).
void refuse_remote(Home& home, const Stanza& stanza, const TicketPtr& ticket, const Error& error) {
  const bool asks = stanza.kind == StanzaKind::presence && stanza.type == StanzaType::none && stanza.to->is_full();
  if (!asks) return home.router().refuse(stanza, ticket, error);
  if (ticket) ticket->refuse(error);
  home.router().reply_error(stanza, error);
}

Outgoing::Outgoing(const PeerStream::Way& way, Pair pair, TenantPtr tenant)
    : way_(way), pair_(std::move(pair)), tenant_(std::move(tenant)) {}

Outgoing::~Outgoing() { drop_stream(); }

int64_t Outgoing::now_ms() const { return way_.home.clock().monotonic_ms(); }

bool Outgoing::is_idle() const { return state_ == State::idle && waiting_.empty() && now_ms() >= retry_at_ms_; }

void Outgoing::send(Stanza&& stanza, TicketPtr ticket) {
  if (state_ == State::ready) return write(stanza, ticket);
  if (state_ == State::idle && last_error_ && now_ms() < retry_at_ms_) {
    return refuse_remote(way_.home, stanza, ticket, *last_error_);
  }
  const size_t bytes = stanza.approximate_bytes();
  if (waiting_.size() >= waiting_max || waiting_bytes_ + bytes > waiting_bytes_max) {
    return refuse_remote(way_.home, stanza, ticket,
                         {ErrorKind::resource_constraint, "Too much waits for " + pair_.peer + " already."});
  }
  waiting_bytes_ += bytes;
  waiting_.push_back({std::move(stanza), std::move(ticket)});
  if (state_ == State::idle) connect();
}

void Outgoing::connect() {
  if (names_of(pair_.peer).ascii.empty()) {
    return fail({ErrorKind::remote_server_not_found, "No server can have the name " + pair_.peer + "."});
  }
  if (!Meter::take(tenant_->meter->federated_domains, tenant_->limits().federated_domains)) {
    return refuse_all({ErrorKind::resource_constraint, "This site talks with as many other servers as its plan has."});
  }
  counts_ = true;
  by_dialback_ = false;
  clock_ = way_.home.loop().start_timer(way_.house.connect_timeout_ms, [this] {
    fail({ErrorKind::remote_server_timeout, "it did not let us in in time"});
  });
  open();
}

void Outgoing::open() {
  state_ = State::opening;
  stream_ = std::make_shared<PeerStream>(way_, pair_, *this);
  stream_->start();
}

void Outgoing::on_features(const xml::Element& features) {
  if (state_ == State::proved) return ready("EXTERNAL");
  if (state_ != State::opening) return;
  if (by_dialback_ || !offers_external(features)) return begin_dialback();
  state_ = State::by_certificate;
  stream_->send("<auth xmlns='" + std::string(ns::sasl) + "' mechanism='EXTERNAL'>" + crypto::to_base64(pair_.ours) +
                "</auth>");
}

void Outgoing::begin_dialback() {
  state_ = State::by_dialback;
  const std::string secret = make_dialback_secret(way_.house.dialback_secret, tenant_->id);
  stream_->send(write_dialback(
      {false, pair_.ours, pair_.peer, {}, {}, make_dialback_key(secret, pair_.peer, pair_.ours, stream_->id()), {}}));
}

void Outgoing::on_element(const xml::Element& element) {
  if (state_ == State::by_certificate && element.is("success", ns::sasl)) {
    state_ = State::proved;
    return stream_->begin_anew();
  }
  if (state_ == State::by_certificate && element.is("failure", ns::sasl)) {
    const auto condition = element.first_child();
    log::info("s2s", "A peer does not take our certificate: dialback is tried",
              {{"ours", pair_.ours}, {"peer", pair_.peer}, {"why", std::string(condition ? condition->name() : "")}});
    by_dialback_ = true;
    std::exchange(stream_, nullptr)->let_go();
    return open();
  }
  if (state_ != State::by_dialback) return;
  const auto word = read_dialback(element);
  if (!word || word->is_verify || word->from != pair_.peer || word->to != pair_.ours || word->type.empty()) return;
  if (word->type == "valid") return ready("dialback");
  fail({ErrorKind::remote_server_timeout,
        "it does not believe our dialback key" + (word->reason.empty() ? std::string() : ": " + word->reason)});
}

void Outgoing::ready(std::string_view how) {
  state_ = State::ready;
  was_ready_ = true;
  back_off_ms_ = 0;
  last_error_.reset();
  log::info("s2s", "A stream to another server is there",
            {{"ours", pair_.ours},
             {"peer", pair_.peer},
             {"address", stream_->peer_address()},
             {"proof", std::string(how)},
             {"certificate", stream_->is_certificate_good() ? "good" : "not good"}});
  auto waiting = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  for (const Waiting& each : waiting) write(each.stanza, each.ticket);
  start_idle_clock();
}

void Outgoing::write(const Stanza& stanza, const TicketPtr& ticket) {
  if (state_ != State::ready || stream_->queued_bytes() > Session::held_bytes_max) {
    return refuse_remote(way_.home, stanza, ticket,
                         {ErrorKind::resource_constraint, pair_.peer + " reads too slowly: too much waits for it."});
  }
  written_ms_ = now_ms();
  stream_->send(stanza);
  note(ticket, Ended::delivered);
}

void Outgoing::start_idle_clock() {
  const int64_t left_ms = written_ms_ + way_.house.idle_ms - now_ms();
  clock_ = way_.home.loop().start_timer(std::max<int64_t>(left_ms, 10), [this] { look_idle(); });
}

void Outgoing::look_idle() {
  if (written_ms_ + way_.house.idle_ms > now_ms()) return start_idle_clock();
  drop_stream();
}

void Outgoing::on_failed(const Error& error) {
  const size_t unwritten = stream_ ? stream_->queued_bytes() : 0;
  const bool was_proper = stream_ && stream_->is_closed_properly();
  stream_.reset();
  if (state_ != State::ready) return fail(error);
  // Bytes that the kernel has taken may not have been read by the peer.
  const bool may_have_lost = !was_proper && (unwritten > 0 || now_ms() - written_ms_ < doubtful_ms);
  log::write(may_have_lost ? log::Level::warning : log::Level::info, "s2s",
             may_have_lost ? "A stream to another server broke: what was written to it last may be lost"
                           : "A stream to another server is over",
             {{"ours", pair_.ours}, {"peer", pair_.peer}, {"why", error.text}, {"bytes", std::to_string(unwritten)}});
  drop_stream();
  if (!was_proper && on_broken) on_broken();
}

void Outgoing::fail(const Error& error) {
  drop_stream();
  back_off_ms_ = std::clamp(back_off_ms_ * 2, back_off_min_ms, back_off_max_ms);
  retry_at_ms_ = now_ms() + back_off_ms_ + static_cast<int64_t>(random_u64() % (back_off_ms_ / 2));
  last_error_ = Error{error.kind, "The server of " + pair_.peer + " can't be reached: " + error.text};
  log::warning("s2s", "Another server can't be reached",
               {{"ours", pair_.ours},
                {"peer", pair_.peer},
                {"why", error.text},
                {"waited", std::to_string(waiting_.size())},
                {"next_try_s", std::to_string(back_off_ms_ / 1000)}});
  const Error told = *last_error_;
  refuse_all(told);
  if (on_lost) on_lost();
}

void Outgoing::refuse_all(const Error& error) {
  const auto waiting = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  for (const Waiting& each : waiting) refuse_remote(way_.home, each.stanza, each.ticket, error);
}

void Outgoing::end(const Error& error) {
  drop_stream();
  refuse_all(error);
}

void Outgoing::drop_stream() {
  clock_.stop();
  state_ = State::idle;
  if (const auto stream = std::exchange(stream_, nullptr)) stream->let_go();
  if (std::exchange(counts_, false)) Meter::give_back(tenant_->meter->federated_domains);
}

}  // namespace teahouse::s2s
