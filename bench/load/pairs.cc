#include "bench/load/pairs.h"

#include <charconv>
#include <stdexcept>

#include "bench/wire/stanza.h"

namespace teahouse::bench {
namespace {

constexpr double drain_s = 20;
constexpr std::string_view mark = ", number ";
constexpr size_t shown_max = 300;  // of a wrong stanza

}  // namespace

std::string make_body(int64_t number) {
  return "<body>A message of the usual length" + std::string(mark) + std::to_string(number) + ".</body></message>";
}

int64_t find_number(std::string_view stanza) {
  const size_t at = stanza.rfind(mark);
  int64_t number = -1;
  if (at == std::string_view::npos) return number;
  std::from_chars(stanza.data() + at + mark.size(), stanza.data() + stanza.size(), number);
  return number;
}

Pairs::Pairs(Job& job, const Shape& shape)
    : job_(job), pool_(job, [this](Session& session, std::string_view stanza) { on_stanza(session, stanza); }) {
  const Target& target = job.realm.target;
  for (size_t i = 0; i < shape.count; ++i) {
    const size_t number = shape.first + i * shape.step;
    const size_t sender = target.tenants * 2 * (number / target.tenants) + number % target.tenants;
    pool_.add(make_user(target, sender));
    const std::string to = pool_.add(make_user(target, sender + target.tenants)).user().bare();
    Pair& pair = pairs_.emplace_back();
    pair.head = "<message to='" + to + "' type='chat' id='";
    pair.sender = pool_[2 * i].user().bare();
  }
  pool_.log_in();
}

void Pairs::begin(int64_t window) {
  window_ = window;
  for (size_t i = 0; i < pairs_.size(); ++i) fill(i);
}

void Pairs::begin_rate(double per_s) {
  window_ = 0;
  interval_ns_ = 1e9 / per_s;
  rate_begin_ns_ = now_ns();
  rate_sent_ = 0;
}

void Pairs::set_window(int64_t window) { window_ = window; }

void Pairs::fill(size_t pair) {
  const int64_t now = now_ns();
  while (pairs_[pair].sent - pairs_[pair].received < window_) send(pair, now);
}

void Pairs::send(size_t number, int64_t due_ns) {
  Pair& pair = pairs_[number];
  text_ = pair.head;
  text_ += std::to_string(pair.sent);
  text_ += "'>";
  text_ += make_body(pair.sent);
  ++pair.sent;
  pair.sent_ns.push_back(due_ns);
  pool_[2 * number].send(text_);
}

void Pairs::on_stanza(Session& session, std::string_view stanza) {
  Pair& pair = pairs_[session.number() / 2];
  if (!is_named(stanza, "message")) return;
  // The floor copies what it gets: there is no from.
  const std::string_view from = find_attribute(stanza, "from");
  const bool from_right = from.starts_with(pair.sender) || (from.empty() && job_.realm.target.is_floor());
  if (session.number() % 2 == 0 || !from_right || find_number(stanza) != pair.received) {
    return job_.complain(session.jid() + " awaits number " + std::to_string(pair.received) + " from " + pair.sender +
                         " and got " + std::string(stanza.substr(0, shown_max)));
  }
  latency_.add(now_ns() - pair.sent_ns.front());
  pair.sent_ns.pop_front();
  ++pair.received;
  ++received_;
  fill(session.number() / 2);
}

void Pairs::send_due() {
  const int64_t now = now_ns();
  for (;; ++rate_sent_) {
    const int64_t due = rate_begin_ns_ + static_cast<int64_t>(static_cast<double>(rate_sent_) * interval_ns_);
    if (due > now) return;
    send(static_cast<size_t>(rate_sent_) % pairs_.size(), due);
  }
}

void Pairs::run_for(double seconds) {
  if (interval_ns_ == 0) return pool_.run_for(seconds);
  for (const int64_t end = after_s(seconds); now_ns() < end;) {
    send_due();
    const int64_t due = rate_begin_ns_ + static_cast<int64_t>(static_cast<double>(rate_sent_) * interval_ns_);
    job_.realm.poller.turn(std::max<int64_t>(0, due - now_ns()));
    pool_.check();
  }
}

void Pairs::finish() {
  window_ = 0;
  interval_ns_ = 0;
  const auto under_way = [this] {
    int64_t count = 0;
    for (const Pair& pair : pairs_) count += pair.sent - pair.received;
    return count;
  };
  job_.realm.poller.run_until([&] { return under_way() == 0; }, after_s(drain_s));
  pool_.check();
  if (const int64_t lost = under_way()) job_.complain(std::to_string(lost) + " messages never arrived");
}

}  // namespace teahouse::bench
