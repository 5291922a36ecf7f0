// A session's two queues.
//
// Out: `outgoing_` holds what has not been given to the stream, because its gate is not committed yet or because there
// is no stream; `unacknowledged_` what was given to it and may have to be sent again. Order is kept: nothing passes a
// stanza that waits for a commit, unless the disk fails. In: each stanza of the client gets a number and a
// CommitTicket; `handled_` is the end of the run of stanzas from the first on whose tickets are back and whose writes
// are committed, and only that is ever told as `h`. An <r/> marks the last stanza before it, and is answered when the
// run has passed that one: what comes meanwhile holds up no answer (XEP-0198 section 4: for no other condition than a
// timeout).
//
// Invariants: sm_sent_ - sm_acknowledged_ == unacknowledged_.size() (mod 2^32) with stream management;
// handled_ + incoming_.size() == received_ (mod 2^32).
#include "server/session.h"

#include <algorithm>

#include "server/home.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {

namespace {
constexpr size_t unasked_bytes_max = 256 << 10;
}

// Of one stanza that a client sent. The session may be gone when it is told, and its count begun anew.
class Session::StanzaTicket final : public CommitTicket {
 public:
  struct Handled {
    uint64_t session;
    uint32_t epoch, number;
    Lsn lsn;
    void arrive(Home& here) const {
      if (Session* found = here.sessions().find(session)) found->handled(epoch, number, lsn);
    }
  };
  StanzaTicket(const Home& origin, uint64_t session, uint32_t epoch, uint32_t number)
      : origin_(origin.place()), homes_(origin.shared().homes), session_(session), epoch_(epoch), number_(number) {}
  ~StanzaTicket() override { homes_.hand(origin_, Handled{session_, epoch_, number_, highest()}); }

 private:
  const Place origin_;
  const Homes& homes_;
  const uint64_t session_;
  const uint32_t epoch_, number_;
};

Session::Session(Home& home, Resident& resident, FullJid jid, uint64_t number)
    : home_(home), resident_(resident), jid_(std::move(jid)), number_(number) {}

Session::~Session() {
  for (auto& work : all_handled_)
    home_.loop().post(std::move(work));  // the waiting code looks for the session, and finds none
}

void Session::set_presence(std::optional<Stanza> presence) {
  checker_.check();
  presence_ = std::move(presence);
  presence_ms_ = home_.clock().wall_ms();
  priority_ = 0;
  if (!presence_) return;
  presence_->shrink_to_fit();
  const auto priority = xml::parse_integer(presence_->root().child_text("priority", ns::client));
  priority_ = static_cast<int>(std::clamp<int64_t>(priority.value_or(0), -128, 127));
}

void Session::deliver(StanzaPtr stanza, Lsn gate, DeliveryPtr delivery) {
  checker_.check();
  if (delivery) delivery->give(number_);
  Out out{std::move(stanza), gate, std::move(delivery)};
  if (judge_urgency_) hold_or_release(*out.stanza);
  const bool passes = !outgoing_.empty() && may_pass(gate);
  if (passes) let_pass();
  if ((outgoing_.empty() || passes) && can_leave(gate)) {
    send(std::move(out));
  } else {
    held_bytes_ += out.stanza->held_bytes();
    out.since_ms = home_.clock().wall_ms();
    outgoing_.push_back(std::move(out));
    if (stream_ && gate > home_.commits().committed()) home_.commits().wait(*this);
  }
  if (held_bytes_ > held_bytes_max) overflow();
}

void Session::hold_back(JudgeUrgency judge) {
  checker_.check();
  judge_urgency_ = judge;
  if (!judge) {
    holds_back_ = false;
    flush();
  }
}

// Begins to hold back, or ends it, as this stanza wants that comes next.
void Session::hold_or_release(const Stanza& stanza) {
  const Urgency urgency = judge_urgency_(stanza);
  if (outgoing_.empty()) holds_back_ = stream_ && urgency != Urgency::now;
  if (!holds_back_) return;
  if (urgency == Urgency::latest) drop_earlier(stanza);
  const bool is_full = outgoing_.size() == held_back_max || held_bytes_ + stanza.held_bytes() > held_back_bytes_max;
  if (urgency == Urgency::now || is_full) {
    holds_back_ = false;
    flush();
  }
}

void Session::drop_earlier(const Stanza& stanza) {
  Fifo<Out> waiting;
  for (Out& out : outgoing_) {
    if (out.stanza->from == stanza.from && judge_urgency_(*out.stanza) == Urgency::latest) {
      held_bytes_ -= out.stanza->held_bytes();
    } else {
      waiting.push_back(std::move(out));
    }
  }
  outgoing_ = std::move(waiting);
}

void Session::flush() {
  checker_.check();
  while (!outgoing_.empty() && can_leave(outgoing_.front().gate)) {
    Out out = std::move(outgoing_.front());
    outgoing_.pop_front();
    held_bytes_ -= out.stanza->held_bytes();
    send(std::move(out));
  }
  count_handled();
  const bool gated = stream_ && !outgoing_.empty() && outgoing_.front().gate > home_.commits().committed();
  if (gated || (!incoming_.empty() && incoming_.front().complete)) home_.commits().wait(*this);
  tell_of_space();
}

// Not before it is stored, nor while the stream has enough: it says when it has no more (on_drained).
bool Session::can_leave(Lsn gate) const {
  return stream_ && !holds_back_ && gate <= home_.commits().committed() &&
         stream_->queued_bytes() <= out_queue_bytes_max;
}

// While the disk takes nothing, a stanza that needs none of it does not wait for it: an answer, an error, presence.
// A message that its sender sent after one that waits was refused.
bool Session::may_pass(Lsn gate) const {
  return gate <= home_.commits().committed() && outgoing_.begin()->gate > home_.commits().committed() &&
         home_.data().health().has(store::DiskHealth::data_waits);
}

// Stanzas that came before the disk began to fail and need none of it leave first: presence keeps its order.
void Session::let_pass() {
  Fifo<Out> waiting;
  while (!outgoing_.empty()) {
    Out out = std::move(outgoing_.front());
    outgoing_.pop_front();
    if (can_leave(out.gate)) {
      held_bytes_ -= out.stanza->held_bytes();
      send(std::move(out));
    } else {
      waiting.push_back(std::move(out));
    }
  }
  outgoing_ = std::move(waiting);
}

void Session::ask_for_space() {
  space_wanted_ = true;
  tell_of_space();
}

void Session::tell_of_space() {
  if (!space_wanted_ || held_bytes_ > held_bytes_max / 4) return;
  space_wanted_ = false;
  home_.hooks().session_writable.call_at(*resident_.host(), *this);
}

void Session::send(Out out) {
  const StanzaPtr stanza = out.stanza;
  if (sm_enabled_) {
    if (out.since_ms == 0) out.since_ms = home_.clock().wall_ms();
    unacknowledged_.push_back(std::move(out));
    held_bytes_ += stanza->held_bytes();
    unasked_bytes_ += stanza->held_bytes();
    ++sm_sent_;
  } else if (out.delivery) {
    out.delivery->take();
  }
  stream_->send_stanza(*stanza);
  // Ask now and then, so that what is kept for sending again stays small (XEP-0198 section 4 leaves it to us when).
  if (sm_enabled_ && (unacknowledged_.size() % 20 == 1 || unasked_bytes_ > unasked_bytes_max))
    request_acknowledgement();
}

void Session::request_acknowledgement() {
  unasked_bytes_ = 0;
  stream_->send_nonza("<r xmlns='urn:xmpp:sm:3'/>");
}

void Session::overflow() {
  if (std::exchange(overflown_, true)) return;
  // Not from inside a delivery, which may be walking over the sessions.
  home_.loop().post([&home = home_, number = number_] {
    if (Session* session = home.sessions().find(number)) {
      home.sessions().close(*session, "resource-constraint",
                            "Too many stanzas wait for this client; it does not read them.");
    }
  });
}

Session::Acknowledged Session::sm_acknowledge(uint32_t h) {
  checker_.check();
  const uint32_t newly = h - sm_acknowledged_;  // mod 2^32
  if (newly > unacknowledged_.size()) { return newly < 1U << 31 ? Acknowledged::too_high : Acknowledged::too_low; }
  for (uint32_t i = 0; i < newly; ++i) {
    held_bytes_ -= unacknowledged_[i].stanza->held_bytes();
    if (unacknowledged_[i].delivery) unacknowledged_[i].delivery->take();
  }
  unacknowledged_.pop_front(newly);
  sm_acknowledged_ = h;
  tell_of_space();
  return Acknowledged::accepted;
}

void Session::sm_resend() {
  checker_.check();
  Fifo<Out> all = std::move(unacknowledged_);
  for (Out& out : outgoing_) all.push_back(std::move(out));
  unacknowledged_.clear();
  outgoing_ = std::move(all);
  sm_sent_ = sm_acknowledged_;
  unasked_bytes_ = 0;
  flush();
}

TicketPtr Session::receive() {
  checker_.check();
  const uint32_t number = ++received_;
  incoming_.push_back({});
  return std::make_shared<StanzaTicket>(home_, number_, epoch_, number);
}

void Session::handled(uint32_t epoch, uint32_t number, Lsn lsn) {
  checker_.check();
  if (epoch != epoch_) return;
  const uint32_t place = number - handled_ - 1;  // mod 2^32
  if (place >= incoming_.size()) return;
  incoming_[place].complete = true;
  incoming_[place].lsn = lsn;
  count_handled();
  if (!incoming_.empty() && incoming_.front().complete) home_.commits().wait(*this);
}

void Session::count_handled() {
  bool asked = false;
  while (!incoming_.empty() && incoming_.front().complete && incoming_.front().lsn <= home_.commits().committed()) {
    asked = asked || incoming_.front().asked;
    incoming_.pop_front();
    ++handled_;
  }
  if (asked) answer_request();
  if (all_handled_.empty() || !sm_all_handled()) return;
  // Not from here: the work may close the session, at which the caller still looks.
  for (auto& work : std::exchange(all_handled_, {})) home_.loop().post(std::move(work));
}

void Session::when_all_handled(std::function<void()> work) {
  all_handled_.push_back(std::move(work));
  count_handled();
}

void Session::sm_request() {
  if (sm_all_handled()) return answer_request();
  incoming_[incoming_.size() - 1].asked = true;
  asked_until_ = received_;
  if (!answer_timer_.running()) wait_with_answer();
}

void Session::wait_with_answer() {
  answer_timer_ = home_.loop().start_timer(answer_timeout_ms, [this] {
    asked_until_ = handled_;
    answer_request();
  });
}

void Session::answer_request() {
  answer_timer_.stop();
  if (!stream_) return;  // the next one is told in <resumed/>
  if (static_cast<int32_t>(asked_until_ - handled_) > 0) wait_with_answer();
  tell_handled();
}

void Session::tell_handled() { stream_->send_nonza("<a xmlns='urn:xmpp:sm:3' h='" + std::to_string(handled_) + "'/>"); }

void Session::sm_enable(std::string resume_key) {
  sm_enabled_ = true;
  resume_key_ = std::move(resume_key);
  received_ = handled_ = asked_until_ = 0;
  ++epoch_;
  incoming_.clear();
}

Session::Counted Session::counted() const {
  Counted counted{handled_, sm_acknowledged_, sm_sent_, {}};
  for (const Fifo<Out>* queue : {&unacknowledged_, &outgoing_}) {
    for (const Out& out : *queue) counted.waiting.push_back({out.stanza, out.delivery, out.since_ms});
  }
  return counted;
}

void Session::go_on(std::string resume_key, Counted counted) {
  sm_enable(std::move(resume_key));
  received_ = handled_ = asked_until_ = counted.handled;
  sm_acknowledged_ = counted.acknowledged;
  sm_sent_ = counted.sent;
  for (Waiting& each : counted.waiting) {
    if (each.delivery) each.delivery->give(number_);
    held_bytes_ += each.stanza->held_bytes();
    Fifo<Out>& queue = unacknowledged_.size() < sm_sent_ - sm_acknowledged_ ? unacknowledged_ : outgoing_;
    queue.push_back({std::move(each.stanza), Lsn::none, std::move(each.delivery), each.since_ms});
  }
}

std::vector<Undelivered> Session::undelivered() {
  std::vector<Undelivered> undelivered;
  for (Fifo<Out>* queue : {&unacknowledged_, &outgoing_}) {
    for (Out& out : *queue) {
      if (!out.delivery) {  // the session alone was given it
        out.delivery = std::make_shared<Delivery>();
        out.delivery->message = out.stanza;
        out.delivery->give(number_);
      }
      undelivered.push_back({out.delivery, out.since_ms});
    }
  }
  return undelivered;
}

std::vector<Undelivered> Session::take_undelivered() {
  checker_.check();
  std::vector<Undelivered> taken = undelivered();
  for (const Undelivered& each : taken) each.delivery->give_up();
  unacknowledged_.clear();
  outgoing_.clear();
  held_bytes_ = 0;
  return taken;
}

}  // namespace teahouse
