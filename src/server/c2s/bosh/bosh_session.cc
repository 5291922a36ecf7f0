#include "server/c2s/bosh/bosh_session.h"

#include <algorithm>
#include <utility>

#include "server/c2s/bosh/bosh_front.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

constexpr char usual_content_type[] = "text/xml; charset=utf-8";

// Of what a client may ask for (section 7.1) that which no browser takes for a page.
std::string choose_content_type(std::string_view wanted) {
  for (const std::string_view type : {"text/xml", "application/xml", "text/plain"}) {
    if (wanted == type || wanted.starts_with(std::string(type) + ";")) return std::string(type) + "; charset=utf-8";
  }
  return usual_content_type;
}

int old_status(std::string_view condition) {
  if (condition == bosh_condition::bad_request) return 400;
  if (condition == bosh_condition::policy_violation) return 403;
  return condition == bosh_condition::item_not_found ? 404 : 200;
}

BoshTerms make_terms(std::string sid, const BoshBody& first, int64_t inactivity_s) {
  BoshTerms terms;
  terms.sid = std::move(sid);
  terms.wait_s = std::min(first.wait.value_or(BoshSession::wait_s_max), BoshSession::wait_s_max);
  terms.hold = terms.wait_s == 0 ? 0 : std::min(first.hold.value_or(1), BoshSession::hold_max);
  terms.requests = terms.hold + 1;
  terms.inactivity_s = inactivity_s;
  terms.polling_s = BoshSession::polling_s;
  terms.pause_s_max = BoshSession::pause_s_max;
  terms.ver_minor = std::min(first.ver_minor.value_or(5), terms.ver_minor);
  return terms;
}

BoshWindow::Terms make_terms_of_window(const BoshTerms& terms) {
  return {terms.requests, terms.hold, terms.polling_s * 1000};
}

}  // namespace

// Any page may ask, as any may open a WebSocket: who it is for is said by SASL, and no cookie is looked at. Words of
// other people must not become a page of this server's, to which a form of another site could lead.
http::Response make_bosh_response(SharedBytes body, const std::string& content_type) {
  http::Response response;
  response.content_type = content_type.empty() ? usual_content_type : content_type;
  response.body = std::move(body);
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

http::Response make_bosh_end(std::string_view condition, std::string_view text) {
  BoshAnswer answer{.type = "terminate", .condition = condition};
  if (!text.empty()) xml::Writer(answer.payloads).leaf("text", text, ns::streams_error);
  return make_bosh_response(SharedBytes(answer.write()));
}

BoshSession::BoshSession(BoshFront& front, std::string sid, const BoshBody& first, TenantId tenant, Client client)
    : front_(&front),
      terms_(make_terms(std::move(sid), first, front.inactivity_s())),
      tenant_(tenant),
      client_(std::move(client)),
      domain_(first.to),
      from_(first.from),
      content_type_(choose_content_type(first.content)),
      is_old_(!first.ver_minor),
      window_(first.rid, make_terms_of_window(terms_)) {}
BoshSession::~BoshSession() = default;

// ---- requests ----------------------------------------------------------------------------------------------------

// Another tenant's host does not know the session, and what was begun under TLS is not told without.
bool BoshSession::may_use(const BoshRequest& request) const {
  return (request.tenant == TenantId::server || request.tenant == tenant_) && (request.is_secure || !client_.is_secure);
}

void BoshSession::receive(BoshRequest request) {
  if (!may_use(request)) return request.responder.send(make_bosh_end(bosh_condition::item_not_found));
  const BoshBody& body = request.body;
  const bool may_exceed = body.pause.has_value() || body.terminate;
  const auto verdict =
      window_.receive({body.rid, body.is_empty(), may_exceed, body.key, body.newkey}, front_->clock().monotonic_ms());
  using Verdict = BoshWindow::Verdict;
  if (verdict == Verdict::not_found) return end(bosh_condition::item_not_found, std::move(request.responder));
  if (verdict == Verdict::too_many) return end(bosh_condition::policy_violation, std::move(request.responder));
  if (verdict == Verdict::answered) {
    return request.responder.send(make_bosh_response(window_.find_answer(body.rid), content_type_));
  }
  if (is_over_ && !end_answer_.empty()) {
    return request.responder.send(make_bosh_response(end_answer_, content_type_));
  }
  if (is_over_) return request.responder.send(make_bosh_end(bosh_condition::item_not_found));
  is_alive_ = true;
  if (verdict == Verdict::taken) return take(std::move(request));
  wait(body.rid, request);
  flush_soon();
}

void BoshSession::take(BoshRequest request) {
  inbox_bytes_ += request.body.payload_bytes();
  if (inbox_bytes_ > inbox_bytes_max || (!is_known_ && request.bytes > stranger_body_bytes_max)) {
    return end(bosh_condition::policy_violation, std::move(request.responder));
  }
  pause_s_ = 0;
  const int64_t rid = request.body.rid;
  wait(rid, request);
  bodies_.emplace(rid, std::move(request.body));
  take_in_order();
}

// The last client that has sent a request gets its answer (section 14.3).
void BoshSession::wait(int64_t rid, BoshRequest& request) {
  const int64_t until_ms = front_->clock().monotonic_ms() + terms_.wait_s * 1000;
  Waiting& waiting = waiting_[rid];
  if (waiting.serial != 0) {
    waiting.responder.send(make_bosh_response(SharedBytes(BoshAnswer{.type = "error"}.write()), content_type_));
  }
  waiting = {std::move(request.responder), request.serial, until_ms};
}

void BoshSession::take_in_order() {
  while (const auto rid = window_.take_next()) {
    if (window_.has_wrong_key()) return end(bosh_condition::item_not_found, take_client(*rid));
    inbox_.push_back(std::move(bodies_.extract(*rid).mapped()));
  }
  process();
  flush_soon();
}

// The client of that request waits for no other answer. From where none does the stream is told that nothing leaves.
http::Responder BoshSession::take_client(int64_t rid) {
  auto waiting = waiting_.extract(rid);
  if (waiting_.empty()) is_blocked_ = true;
  return waiting ? std::move(waiting.mapped().responder) : http::Responder();
}

void BoshSession::leave(int64_t rid, uint64_t serial) {
  const auto waiting = waiting_.find(rid);
  if (waiting == waiting_.end() || waiting->second.serial != serial) return;
  take_client(rid);
  flush_soon();
}

void BoshSession::process() {
  if (is_processing_) return;
  is_processing_ = true;
  const auto kept = shared_from_this();
  while (!is_over_ && events_ && holds_ == 0 && !inbox_.empty()) process_next();
  is_processing_ = false;
}

// One element of the first request in the inbox, or its end.
void BoshSession::process_next() {
  BoshBody& body = inbox_.front();
  if (body.restart || !is_greeted_) {
    is_greeted_ = true;
    body.restart = false;
    return tell_header(body);
  }
  if (taken_ < body.payloads.size()) {
    const SharedBytes payload = std::exchange(body.payloads[taken_++], {});
    inbox_bytes_ -= payload.size();
    return tell_element(payload);
  }
  const BoshBody done = std::move(body);
  inbox_.pop_front();
  taken_ = 0;
  window_.finish(done.rid);
  flush_soon();
  if (done.terminate) return events_->on_stream_close();
  if (!done.pause) return;
  if (*done.pause > terms_.pause_s_max) return end(bosh_condition::policy_violation, take_client(done.rid));
  pause_s_ = *done.pause;
  answers_all_ = true;
}

void BoshSession::tell_header(const BoshBody& body) {
  std::string header;
  xml::Writer writer(header);
  writer.open("open", ns::framing).attribute("to", body.to.empty() ? domain_ : body.to);
  const std::string& from = body.from.empty() ? from_ : body.from;
  if (!from.empty()) writer.attribute("from", from);
  writer.attribute("version", body.version);
  if (!body.lang.empty()) writer.attribute("xml:lang", body.lang);
  writer.close();
  const auto document = xml::Document::parse_own(SharedBytes(std::move(header)));
  events_->on_header(document.value().root(), ns::client);
}

void BoshSession::tell_element(const SharedBytes& payload) {
  auto document = xml::Document::parse(payload, limits_, ns::client);
  if (document) return events_->on_element(std::move(*document));
  events_->on_fault(fault_of(document.error()), document.error().text);
}

// ---- answers -----------------------------------------------------------------------------------------------------

void BoshSession::send(std::string xml) {
  outgoing_bytes_ += xml.size();
  outgoing_.push_back(std::move(xml));
  flush_soon();
}

void BoshSession::flush_soon() { front_->loop().at_turn_end(*this); }

void BoshSession::on_turn_end() {
  const auto kept = shared_from_this();
  if (is_over_) return tell_end();
  const bool is_heard = !waiting_.empty();
  if (is_heard && std::exchange(is_blocked_, false) && events_) events_->on_drained();
  const bool had_some = !outgoing_.empty();
  while (!is_over_ && answer_next()) continue;
  answers_all_ = false;
  if (had_some && outgoing_.empty() && !waiting_.empty() && events_) events_->on_drained();
  if (!is_over_) begin_to_wait();
}

// The oldest request is answered where something waits to leave, or where it must wait no more.
bool BoshSession::answer_next() {
  const auto rid = window_.oldest();
  if (!rid) return false;
  const bool sends = !outgoing_.empty() && !answers_all_ && waiting_.contains(*rid);
  const bool is_due = has_terms_to_tell_ || answers_all_ || window_.is_over_hold();
  if (!sends && !(is_due && window_.is_finished(*rid))) return false;
  answer(*rid, sends ? take_payloads() : std::string());
  return true;
}

void BoshSession::answer(int64_t rid, std::string payloads) {
  const bool has_payload = !payloads.empty();
  const bool is_first = std::exchange(has_terms_to_tell_, false);
  const SharedBytes bytes(BoshAnswer{.terms = is_first ? &terms_ : nullptr, .payloads = std::move(payloads)}.write());
  window_.answer(rid, bytes, has_payload);
  take_client(rid).send(make_bosh_response(bytes, content_type_));  // of one that has left it is kept
}

std::string BoshSession::take_payloads() {
  std::string payloads;
  do {
    outgoing_bytes_ -= outgoing_.front().size();
    payloads += outgoing_.front();
    outgoing_.pop_front();
  } while (!outgoing_.empty() && payloads.size() + outgoing_.front().size() <= answer_bytes_max);
  return payloads;
}

// ---- time --------------------------------------------------------------------------------------------------------

void BoshSession::begin_to_wait() {
  wait_timer_.stop();
  if (waiting_.empty()) {
    if (inactivity_timer_.running()) return;
    const int64_t allowed_s = pause_s_ > 0 ? pause_s_ : terms_.inactivity_s;
    inactivity_timer_ = front_->loop().start_timer(allowed_s * 1000, [this] { on_inactive(); });
    return;
  }
  inactivity_timer_.stop();
  int64_t until_ms = waiting_.begin()->second.until_ms;
  for (const auto& [rid, waiting] : waiting_) until_ms = std::min(until_ms, waiting.until_ms);
  const int64_t left_ms = std::max<int64_t>(until_ms - front_->clock().monotonic_ms(), 0);
  wait_timer_ = front_->loop().start_timer(left_ms, [this] { on_wait_over(); });
}

// In their order; one that waits for another that has not come is to be sent again (section 17.3).
void BoshSession::on_wait_over() {
  const int64_t now_ms = front_->clock().monotonic_ms();
  std::vector<int64_t> due;
  for (const auto& [rid, waiting] : waiting_) {
    if (waiting.until_ms <= now_ms) due.push_back(rid);
  }
  for (const int64_t rid : due) {
    if (!window_.is_taken(rid)) {
      take_client(rid).send(make_bosh_response(SharedBytes(BoshAnswer{.type = "error"}.write()), content_type_));
      continue;
    }
    for (auto oldest = window_.oldest(); oldest && *oldest <= rid; oldest = window_.oldest()) answer(*oldest, {});
  }
  flush_soon();
}

void BoshSession::on_inactive() {
  const auto kept = shared_from_this();
  if (!std::exchange(is_over_, true)) tell_gone("no request came in time");
  leave_front();
}

// ---- the end -----------------------------------------------------------------------------------------------------

// By a fault of the client's: as if its connection had broken. `cause` has sent what is wrong.
void BoshSession::end(std::string_view condition, http::Responder cause) {
  http::Response response = make_bosh_end(condition);
  if (is_old_) response.status = old_status(condition);
  cause.send(std::move(response));
  if (std::exchange(is_over_, true)) return;
  end_condition_ = bosh_condition::other_request;
  has_broken_ = true;
  flush_soon();
}

void BoshSession::close(std::string_view condition, std::string error) {
  if (std::exchange(is_over_, true)) return;
  end_condition_ = condition;
  end_error_ = std::move(error);
  flush_soon();
}

void BoshSession::abort() {
  events_ = nullptr;
  close(bosh_condition::remote_connection_failed, {});
  has_broken_ = true;
}

// As if the connection of its client had broken; a request that is open is told.
void BoshSession::make_room() {
  has_broken_ = true;
  if (!std::exchange(is_over_, true)) end_condition_ = bosh_condition::policy_violation;
  if (has_told_end_) return leave_front();  // it has only waited to tell its end
  flush_soon();
}

// The oldest request is told how the session ended, the others get nothing (section 13). Where none is open, the next
// one is told.
void BoshSession::tell_end() {
  if (std::exchange(has_told_end_, true)) return;
  BoshAnswer last{.type = "terminate", .condition = end_condition_};
  if (!has_broken_) {
    for (const std::string& xml : outgoing_) last.payloads += xml;
    last.payloads += end_error_;
  }
  outgoing_.clear();
  inbox_.clear();
  bodies_.clear();
  wait_timer_.stop();
  end_answer_ = SharedBytes(last.write());
  const bool is_told = !waiting_.empty() || has_broken_;
  SharedBytes telling = end_answer_;
  for (auto& [rid, waiting] : std::exchange(waiting_, {})) {
    waiting.responder.send(make_bosh_response(telling, content_type_));
    if (!has_broken_) telling = SharedBytes(BoshAnswer{}.write());
  }
  tell_gone("its session has ended");
  if (is_told) return leave_front();
  inactivity_timer_ = front_->loop().start_timer(terms_.inactivity_s * 1000, [this] { on_inactive(); });
}

void BoshSession::tell_gone(std::string_view why) {
  if (Transport::Events* events = std::exchange(events_, nullptr)) events->on_gone(why);
}

void BoshSession::leave_front() {
  wait_timer_.stop();
  inactivity_timer_.stop();
  front_->forget(*this);
}

// ---- moving ------------------------------------------------------------------------------------------------------

void BoshSession::move_to(net::Loop& other, std::function<void()> arrived) {
  stop_turn_end();
  wait_timer_.stop();
  inactivity_timer_.stop();
  front_->move(shared_from_this(), other, std::move(arrived));
}

void BoshSession::arrive(BoshFront& front) {
  front_ = &front;
  flush_soon();
}

}  // namespace teahouse::c2s
