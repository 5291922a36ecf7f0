// A queue for each tenant: `waiting` in the order in which pushes came, `under_way` with an exchange each. Invariants:
// an endpoint has one item under way at most; of one endpoint and topic one item waits at most; an item is told its
// outcome after it has left its list, since `done` may send or cancel. pump() sends all that may go and sets the timer
// for the first that may go later; whatever changes a queue calls it.
#include "webpush/sender.h"

#include <ctime>

#include "base/random.h"
#include "base/text.h"
#include "webpush/vapid.h"

namespace teahouse::webpush {
namespace {

constexpr int64_t pauses_ms[] = {5'000, 30'000, 120'000, 600'000};  // after the first try, the second ...
static_assert(std::size(pauses_ms) == Sender::tries_max - 1);
constexpr int64_t pause_max_ms = 3'600'000;  // that a service may ask for
constexpr size_t vapids_max = 100;           // tokens that are kept for a tenant
constexpr int64_t vapid_renewed_s = vapid_valid_s / 2;
constexpr int64_t timeout_ms = 20'000;
constexpr uint64_t answer_bytes_max = 64 * 1024;

const char* to_string(Urgency urgency) {
  switch (urgency) {
    case Urgency::very_low: return "very-low";
    case Urgency::low: return "low";
    case Urgency::normal: return "normal";
    case Urgency::high: return "high";
  }
  return "normal";
}

// Retry-After: seconds, or a date (RFC 9110 section 10.2.3). 0: none, or one that is past.
int64_t read_retry_after_ms(const http::Headers& headers, int64_t now_ms) {
  const std::string text(headers.value("Retry-After"));
  if (text.empty()) return 0;
  if (const auto seconds = parse_decimal<uint32_t>(text)) {
    return std::min<int64_t>(int64_t{*seconds} * 1000, pause_max_ms);
  }
  std::tm date{};
  if (!strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date)) return 0;
  return std::clamp<int64_t>(int64_t{timegm(&date)} * 1000 - now_ms, 0, pause_max_ms);
}

bool may_pass(ErrorKind kind) {
  return kind == ErrorKind::remote_server_timeout || kind == ErrorKind::remote_server_not_found ||
         kind == ErrorKind::service_unavailable || kind == ErrorKind::resource_constraint;
}

Outcome judge(const Result<http::ClientResponse>& answer) {
  using Kind = Outcome::Kind;
  if (!answer) {  // in words of ours: those of the error tell users of addresses that they may not look at
    if (may_pass(answer.error().kind)) return {Kind::failed, 0, "The push service could not be reached."};
    return {Kind::refused, 0, "The push service may not be connected to."};
  }
  const int status = answer->status;
  const std::string said = "The push service answered " + std::to_string(status) + ".";
  if (status >= 200 && status < 300) return {Kind::accepted, status, {}};
  if (status == 404 || status == 410) return {Kind::gone, status, "The browser has ended this subscription."};
  if (status == 429 || status >= 500) return {Kind::failed, status, said};
  return {Kind::refused, status, said};
}

}  // namespace

const char* to_string(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::accepted: return "accepted";
    case Outcome::Kind::gone: return "gone";
    case Outcome::Kind::refused: return "refused";
    case Outcome::Kind::failed: return "failed";
    case Outcome::Kind::dropped: return "dropped";
    case Outcome::Kind::replaced: return "replaced";
    case Outcome::Kind::cancelled: return "cancelled";
  }
  return "failed";
}

struct Sender::Item {
  Push push;
  Done done;
  std::string origin;
  uint64_t number = 0;
  int64_t ends_ms = 0;        // monotonic clock: it is worth nothing after that
  int64_t not_before_ms = 0;  // monotonic clock
  int tries = 0;
  http::Exchange exchange = {};

  bool is(std::string_view endpoint, std::string_view topic) const {
    return !topic.empty() && push.topic == topic && push.to.endpoint == endpoint;
  }
};

struct Sender::Queue {
  Items waiting, under_way;
  TextMap<int64_t> paused_until_ms;  // services that have asked for it
  struct Vapid {
    std::string header;
    int64_t renewed_s = 0;  // wall clock
  };
  TextMap<Vapid> vapids;  // by origin
  net::Timer again;
};

Sender::Sender(net::Loop& loop, const Clock& clock, Post post) : loop_(loop), clock_(clock), post_(std::move(post)) {}
Sender::~Sender() = default;

void Sender::send(Push push, Done done) {
  auto& slot = queues_[push.tenant];
  if (!slot) slot = std::make_unique<Queue>();
  Queue& queue = *slot;
  const TenantId tenant = push.tenant;
  const int64_t now_ms = clock_.monotonic_ms();
  for (Item& item : queue.waiting) {
    if (!item.is(push.to.endpoint, push.topic)) continue;
    item.ends_ms = now_ms + push.ttl_s * 1000;
    item.push = std::move(push);
    const Done replaced = std::exchange(item.done, std::move(done));
    return replaced({Outcome::Kind::replaced, 0, "A newer one goes instead."});
  }
  const auto is_its = [&push](const Item& item) { return item.push.account == push.account; };
  const auto of_account = std::count_if(queue.waiting.begin(), queue.waiting.end(), is_its);
  if (static_cast<size_t>(of_account) >= account_waiting_max) {
    return done({Outcome::Kind::dropped, 0, "Too many pushes of this account wait already."});
  }
  if (queue.waiting.size() >= waiting_max) {
    return done({Outcome::Kind::dropped, 0, "Too many pushes of this site wait already."});
  }
  Item item{std::move(push), std::move(done), {}, next_number_++};
  item.origin = origin_of(item.push.to.endpoint);
  item.ends_ms = now_ms + std::max<int64_t>(item.push.ttl_s * 1000, timeout_ms);
  const bool is_first = item.push.is_urgent;
  queue.waiting.insert(is_first ? queue.waiting.begin() : queue.waiting.end(), std::move(item));
  pump(tenant);
}

void Sender::cancel(TenantId tenant, std::string_view endpoint, std::string_view topic) {
  const auto found = queues_.find(tenant);
  if (found == queues_.end()) return;
  end(tenant, *found->second, [&](const Item& item) { return item.is(endpoint, topic); });
}

void Sender::cancel_all(TenantId tenant, std::string_view account, std::string_view endpoint) {
  const auto found = queues_.find(tenant);
  if (found == queues_.end()) return;
  end(tenant, *found->second, [&](const Item& item) {
    return item.push.account == account && (endpoint.empty() || item.push.to.endpoint == endpoint);
  });
}

void Sender::end(TenantId tenant, Queue& queue, const std::function<bool(const Item&)>& which) {
  for (Item& item : queue.under_way) {
    if (which(item)) item.tries = tries_max;  // not again
  }
  Items cancelled;
  for (auto item = queue.waiting.begin(); item != queue.waiting.end();) {
    const auto next = std::next(item);
    if (which(*item)) cancelled.splice(cancelled.end(), queue.waiting, item);
    item = next;
  }
  if (cancelled.empty()) return;
  for (const Item& item : cancelled) item.done({Outcome::Kind::cancelled, 0, "It is not needed any more."});
  pump(tenant);
}

void Sender::forget(TenantId tenant) {
  const auto ended = queues_.extract(tenant);
  if (!ended) return;
  for (const Items* items : {&ended.mapped()->waiting, &ended.mapped()->under_way}) {
    for (const Item& item : *items) item.done({Outcome::Kind::cancelled, 0, "Its site is no more."});
  }
}

size_t Sender::waiting() const {
  size_t count = 0;
  for (const auto& [tenant, queue] : queues_) count += queue->waiting.size() + queue->under_way.size();
  return count;
}

bool Sender::may_go(const Queue& queue, const Item& item, int64_t now_ms) const {
  if (item.not_before_ms > now_ms) return false;
  const auto paused = queue.paused_until_ms.find(item.origin);
  if (paused != queue.paused_until_ms.end() && paused->second > now_ms && !item.push.is_urgent) return false;
  size_t at_origin = 0, of_account = 0;
  for (const Item& other : queue.under_way) {
    if (other.push.to.endpoint == item.push.to.endpoint) return false;
    at_origin += other.origin == item.origin;
    of_account += other.push.account == item.push.account;
  }
  return at_origin < per_origin_max && of_account < per_account_max;
}

void Sender::pump(TenantId tenant) {
  const auto found = queues_.find(tenant);
  if (found == queues_.end()) return;
  Queue& queue = *found->second;
  const int64_t now_ms = clock_.monotonic_ms();
  std::erase_if(queue.paused_until_ms, [now_ms](const auto& paused) { return paused.second <= now_ms; });
  for (auto item = queue.waiting.begin(); item != queue.waiting.end() && queue.under_way.size() < under_way_max;) {
    const auto next = std::next(item);
    if (may_go(queue, *item, now_ms)) post(tenant, queue, item);
    item = next;
  }
  int64_t first_ms = INT64_MAX;
  for (const auto& [origin, until_ms] : queue.paused_until_ms) first_ms = std::min(first_ms, until_ms);
  for (const Item& item : queue.waiting) {
    if (item.not_before_ms > now_ms) first_ms = std::min(first_ms, item.not_before_ms);
  }
  if (first_ms != INT64_MAX) {
    queue.again = loop_.start_timer(first_ms - now_ms, [this, tenant] { pump(tenant); });
  } else {
    queue.again.stop();
    if (queue.waiting.empty() && queue.under_way.empty()) queues_.erase(found);
  }
}

const std::string& Sender::find_vapid(Queue& queue, const Item& item) {
  const int64_t now_s = clock_.wall_ms() / 1000;
  if (queue.vapids.size() >= vapids_max && !queue.vapids.contains(item.origin)) queue.vapids.clear();
  Queue::Vapid& vapid = queue.vapids[item.origin];
  if (vapid.header.empty() || now_s >= vapid.renewed_s || now_s < vapid.renewed_s - vapid_renewed_s) {
    vapid.header = make_vapid(*item.push.key, item.origin, item.push.contact, now_s + vapid_valid_s);
    vapid.renewed_s = now_s + vapid_renewed_s;
  }
  return vapid.header;
}

void Sender::post(TenantId tenant, Queue& queue, Items::iterator item) {
  const Push& push = item->push;
  http::ClientRequest request;
  request.method = "POST";
  request.url = push.to.endpoint;
  auto body = encrypt(push.text, push.to.keys);
  if (body) request.body = std::move(*body);  // else, of keys or a text that are none, what is posted says nothing
  request.headers.add("Authorization", find_vapid(queue, *item));
  request.headers.add("Content-Encoding", "aes128gcm");
  request.headers.add("Content-Type", "application/octet-stream");
  const int64_t left_s = std::max<int64_t>(0, (item->ends_ms - clock_.monotonic_ms() + 999) / 1000);
  request.headers.add("TTL", std::to_string(std::min(push.ttl_s, left_s)));
  request.headers.add("Urgency", to_string(push.urgency));
  if (!push.topic.empty()) request.headers.add("Topic", push.topic);
  request.answer_bytes_max = answer_bytes_max;
  request.timeout_ms = timeout_ms;
  ++item->tries;
  queue.under_way.splice(queue.under_way.end(), queue.waiting, item);
  item->exchange =
      post_(std::move(request), [this, tenant, number = item->number](auto answer) { finish(tenant, number, answer); });
}

void Sender::finish(TenantId tenant, uint64_t number, const Result<http::ClientResponse>& answer) {
  const auto found = queues_.find(tenant);
  if (found == queues_.end()) return;  // forgotten
  Queue& queue = *found->second;
  const auto item = std::find_if(queue.under_way.begin(), queue.under_way.end(),
                                 [number](const Item& each) { return each.number == number; });
  if (item == queue.under_way.end()) return;
  Items ended;
  ended.splice(ended.end(), queue.under_way, item);
  item->exchange = {};
  Outcome outcome = judge(answer);
  const int64_t pause_ms = answer ? read_retry_after_ms(answer->headers, clock_.wall_ms()) : 0;
  if (outcome.status == 429 || (outcome.status >= 500 && pause_ms > 0)) {
    queue.paused_until_ms[item->origin] = clock_.monotonic_ms() + std::max(pause_ms, pauses_ms[0]);
  }
  if (outcome.kind == Outcome::Kind::failed && !item->push.is_urgent && item->tries < tries_max) {
    const int64_t usual_ms = pauses_ms[item->tries - 1];
    const int64_t chance_ms = static_cast<int64_t>(random_u64() % static_cast<uint64_t>(usual_ms / 4));
    const int64_t again_ms = clock_.monotonic_ms() + std::max(usual_ms + chance_ms, pause_ms);
    const bool is_replaced = std::any_of(queue.waiting.begin(), queue.waiting.end(), [&](const Item& other) {
      return other.is(item->push.to.endpoint, item->push.topic);
    });
    if (is_replaced) {
      outcome = {Outcome::Kind::replaced, outcome.status, "A newer one goes instead."};
    } else if (again_ms < item->ends_ms) {
      item->not_before_ms = again_ms;
      queue.waiting.splice(queue.waiting.end(), ended);
      return pump(tenant);
    }
  }
  item->done(outcome);
  pump(tenant);
}

}  // namespace teahouse::webpush
