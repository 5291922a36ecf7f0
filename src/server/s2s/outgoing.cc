#include "server/s2s/outgoing.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "crypto/encoding.h"
#include "server/home.h"
#include "server/s2s/dialback.h"
#include "xml/values.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {
namespace {

constexpr int64_t doubtful_ms = 10'000;  // so soon after a stanza a stream that breaks may have lost it
constexpr int64_t steady_ms = 10'000;    // a stream that has been there for so long is made anew at once
constexpr int64_t no_room_retry_ms = 60'000;
constexpr size_t header_bytes = 8 << 10;  // that a stanza's own may have

bool offers_external(const xml::Element& features) {
  const auto mechanisms = features.child("mechanisms", ns::sasl);
  bool offers = false;
  if (mechanisms)
    mechanisms->for_each_child([&offers](const xml::Element& each) {
      offers = offers || (each.name() == "mechanism" && each.text() == "EXTERNAL");
    });
  return offers;
}

Error no_stream() { return {ErrorKind::remote_server_timeout, "There is no way to this server now."}; }

}  // namespace

Outgoing::Outgoing(const PeerStream::Way& way, Pair pair, TenantPtr tenant)
    : way_(way),
      pair_(std::move(pair)),
      tenant_(std::move(tenant)),
      queue_(std::make_shared<PeerQueue>(way_.home, pair_, tenant_)) {
  queue_->load([this] {
    if (const auto ended = std::exchange(ended_, std::nullopt)) queue_->refuse_all(*ended);
    if (state_ == State::ready) return pump();
    if (state_ == State::idle && !queue_->empty() && !backs_off()) connect();
  });
}

Outgoing::~Outgoing() { drop_stream(); }

int64_t Outgoing::now_ms() const { return way_.home.clock().monotonic_ms(); }

bool Outgoing::is_idle() const { return state_ == State::idle && queue_->empty() && now_ms() >= retry_at_ms_; }

void Outgoing::set_tenant(TenantPtr tenant) {
  tenant_ = std::move(tenant);
  queue_->set_tenant(tenant_);
}

void Outgoing::send(Stanza&& stanza, TicketPtr ticket) {
  const bool waits = is_resting_ || backs_off();
  if (waits && (is_final_ || !PeerQueue::is_patient(stanza))) {
    return refuse_remote(way_.home, stanza, ticket, last_error_.value_or(no_stream()));
  }
  queue_->add(std::move(stanza), std::move(ticket));
  if (waits) return queue_->write_rows();
  if (state_ == State::idle) connect();
  if (state_ == State::ready) pump();
  store_in_time();
}

void Outgoing::store_in_time() {
  if (store_.running() || !queue_->has_unstored()) return;
  store_ = way_.home.loop().start_timer(store_after_ms / 2, [this] {
    queue_->write_rows(store_after_ms / 2);
    store_in_time();
  });
}

void Outgoing::connect() {
  retry_.stop();
  if (is_resting_) return;
  if (names_of(pair_.peer).ascii.empty()) {
    return fail({ErrorKind::remote_server_not_found, "No server can have the name " + pair_.peer + "."}, true);
  }
  if (!Meter::take(tenant_->meter->federated_domains, tenant_->limits().federated_domains)) {
    queue_->refuse_unstored(
        {ErrorKind::resource_constraint, "This site talks with as many other servers as its plan has."});
    if (!queue_->empty()) try_again_in(no_room_retry_ms);
    return;
  }
  counts_ = true;
  by_dialback_ = false;
  clock_ = way_.home.loop().start_timer(way_.house.connect_timeout_ms, [this] {
    fail({ErrorKind::remote_server_timeout, "it did not let us in in time"});
  });
  open();
}

void Outgoing::try_again_in(int64_t wait_ms) {
  retry_ = way_.home.loop().start_timer(std::max<int64_t>(wait_ms, 1), [this] {
    if (state_ == State::idle && !queue_->empty()) connect();
  });
}

void Outgoing::forget_failure() {
  retry_at_ms_ = 0;
  if (retry_.running()) try_again_in(0);
}

void Outgoing::open() {
  state_ = State::opening;
  stream_ = std::make_shared<PeerStream>(way_, pair_, *this);
  stream_->start();
}

void Outgoing::on_features(const xml::Element& features) {
  is_offered_ = features.child("sm", ns::sm).has_value();
  const auto limits = features.child("limits", ns::stream_limits);
  const auto bytes = limits ? xml::parse_integer(limits->child_text("max-bytes", ns::stream_limits)) : std::nullopt;
  const auto idle_s = limits ? xml::parse_integer(limits->child_text("idle-seconds", ns::stream_limits)) : std::nullopt;
  bytes_max_ = bytes && *bytes > 0 ? static_cast<size_t>(*bytes) : SIZE_MAX;
  idle_ms_ = way_.house.idle_ms;
  if (idle_s && *idle_s > 0 && *idle_s < idle_ms_ / 1000) idle_ms_ = *idle_s * 1000;
  if (state_ == State::proved) return proved("EXTERNAL");
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
  if (state_ == State::ready) {
    if (element.is("a", ns::sm) && is_counted_) return on_acknowledged(element);
    if (element.is("r", ns::sm)) stream_->send("<a xmlns='" + std::string(ns::sm) + "' h='0'/>");  // it says no stanzas
    return;
  }
  if (state_ == State::counting) return on_count(element);
  if (state_ == State::by_dialback) return on_dialback(element);
  if (state_ != State::by_certificate || element.ns() != ns::sasl) return;
  if (element.name() == "success") {
    state_ = State::proved;
    return stream_->begin_anew();
  }
  if (element.name() != "failure") return;
  const auto condition = element.first_child();
  log::info("s2s", "A peer does not take our certificate: dialback is tried",
            {{"ours", pair_.ours}, {"peer", pair_.peer}, {"why", std::string(condition ? condition->name() : "")}});
  by_dialback_ = true;
  std::exchange(stream_, nullptr)->let_go();
  open();
}

void Outgoing::on_dialback(const xml::Element& element) {
  const auto word = read_dialback(element);
  if (!word || word->is_verify || word->from != pair_.peer || word->to != pair_.ours || word->type.empty()) return;
  if (word->type == "valid") return proved("dialback");
  fail({ErrorKind::remote_server_timeout,
        "it does not believe our dialback key" + (word->reason.empty() ? std::string() : ": " + word->reason)},
       word->type == "invalid" || word->reason == "not-allowed" || word->reason == "item-not-found");
}

void Outgoing::proved(std::string_view how) {
  proof_ = how;
  if (is_offered_) return ask_to_count();
  has_progressed_ = false;
  forget_count();
  ready();
}

void Outgoing::ready() {
  state_ = State::ready;
  has_asked_ = has_written_ = false;
  ready_ms_ = written_ms_ = now_ms();
  last_error_.reset();
  is_final_ = false;
  if (!is_counted_) back_off_ms_ = 0;
  log::info("s2s", "A stream to another server is there",
            {{"ours", pair_.ours},
             {"peer", pair_.peer},
             {"address", stream_->peer_address()},
             {"proof", proof_},
             {"certificate", stream_->is_certificate_good() ? "good" : "not good"},
             {"acknowledges", is_counted_ ? "yes" : "no"}});
  start_idle_clock();
  pump();
}

// One that has made streams break goes alone.
bool Outgoing::is_held_up() const {
  if (stream_->queued_bytes() > PeerQueue::window_bytes_max) return true;
  return is_counted_ && (queue_->is_window_full() || (back_off_ms_ > 0 && queue_->has_unacknowledged()));
}

bool Outgoing::fits(const Stanza& stanza) const {
  if (stanza.approximate_bytes() + header_bytes <= bytes_max_) return true;
  std::string written;
  stanza.write(written);
  return written.size() <= bytes_max_;
}

void Outgoing::pump() {
  while (state_ == State::ready && !is_held_up()) {
    const Stanza* const stanza = queue_->next();
    if (!stanza) break;
    if (!fits(*stanza)) {
      queue_->refuse_next({ErrorKind::policy_violation, "The server of " + pair_.peer + " takes no stanza so long."});
      continue;
    }
    written_ms_ = now_ms();
    has_written_ = true;
    stream_->send(*stanza);
    queue_->on_written(is_counted_);
  }
  if (state_ == State::ready && is_counted_ && queue_->has_unacknowledged()) request();
}

void Outgoing::on_drained() {
  if (state_ == State::ready) pump();
}

void Outgoing::start_idle_clock() {
  const int64_t left_ms = written_ms_ + idle_ms_ - now_ms();
  clock_ = way_.home.loop().start_timer(std::max<int64_t>(left_ms, 10), [this] { look_idle(); });
}

void Outgoing::look_idle() {
  if (written_ms_ + idle_ms_ > now_ms() || !queue_->empty()) {
    if (written_ms_ + idle_ms_ <= now_ms()) written_ms_ = now_ms();
    return start_idle_clock();
  }
  resume_id_.clear();
  drop_stream();
}

void Outgoing::on_failed(const Error& error) {
  const size_t unwritten = stream_ ? stream_->queued_bytes() : 0;
  const bool was_proper = stream_ && stream_->is_closed_properly();
  const bool was_refused = stream_ && stream_->was_refused();
  stream_.reset();
  if (state_ != State::ready) return fail(error, was_refused);
  on_broke(error, was_proper, unwritten);
}

// Bytes that the kernel has taken may not have been read by the peer. A stream that has carried nothing to it is not
// made anew at once: what is said first may be what it does not bear.
void Outgoing::on_broke(const Error& error, bool was_proper, size_t unwritten) {
  const bool may_have_lost =
      !is_counted_ && !was_proper && (unwritten > 0 || (has_written_ && now_ms() - written_ms_ < doubtful_ms));
  log::write(may_have_lost ? log::Level::warning : log::Level::info, "s2s",
             may_have_lost ? "A stream to another server broke: what was written to it last may be lost"
                           : "A stream to another server is over",
             {{"ours", pair_.ours},
              {"peer", pair_.peer},
              {"why", error.text},
              {"bytes", std::to_string(unwritten)},
              {"waits", std::to_string(queue_->count())}});
  const bool is_hasty = queue_->has_unacknowledged() && !has_progressed_ && now_ms() - ready_ms_ < steady_ms;
  if (was_proper) resume_id_.clear();
  if (is_hasty) {
    if (queue_->count_failure() >= failures_max) {
      resume_id_.clear();
      queue_->begin_count();
      queue_->refuse_next({ErrorKind::remote_server_timeout, pair_.peer + " does not take it: " + error.text});
    }
    fail(error);
  } else {
    drop_stream();
    if (!queue_->empty()) connect();
  }
  if (!was_proper && on_broken) on_broken();
}

void Outgoing::fail(const Error& error, bool is_final) {
  drop_stream();
  back_off_ms_ = std::clamp(back_off_ms_ * 2, back_off_min_ms, back_off_max_ms);
  const int64_t wait_ms = back_off_ms_ + static_cast<int64_t>(random_u64() % (back_off_ms_ / 2));
  retry_at_ms_ = now_ms() + wait_ms;
  last_error_ = Error{error.kind, "The server of " + pair_.peer + " can't be reached: " + error.text};
  log::warning("s2s", "Another server can't be reached",
               {{"ours", pair_.ours},
                {"peer", pair_.peer},
                {"why", error.text},
                {"waits", std::to_string(queue_->count())},
                {"bytes", std::to_string(queue_->bytes())},
                {"next_try_s", std::to_string(back_off_ms_ / 1000)}});
  const Error told = *last_error_;
  is_final_ = is_final || error.kind == ErrorKind::remote_server_not_found;
  if (is_final_) {
    resume_id_.clear();
    queue_->refuse_all(told);
  } else {
    queue_->refuse_impatient(told);
    queue_->write_rows();
    look_after();
  }
  if (!queue_->empty()) try_again_in(wait_ms);
  if (on_lost) on_lost();
}

void Outgoing::look_after() {
  if (state_ != State::ready) queue_->refuse_older(way_.house.queue_ms, last_error_.value_or(no_stream()));
}

void Outgoing::end(const Error& error) {
  drop_stream();
  resume_id_.clear();
  if (queue_->is_loading()) ended_ = error;
  queue_->refuse_all(error);
}

void Outgoing::rest(const Error& error) {
  is_resting_ = true;
  is_final_ = false;
  queue_->write_rows();
  drop_stream();
  queue_->begin_count();
  queue_->refuse_unstored(error);
}

void Outgoing::drop_stream() {
  clock_.stop();
  retry_.stop();
  overdue_.stop();
  ask_again_.stop();
  state_ = State::idle;
  if (const auto stream = std::exchange(stream_, nullptr)) stream->let_go();
  if (std::exchange(counts_, false)) Meter::give_back(tenant_->meter->federated_domains);
}

}  // namespace teahouse::s2s
