// POST: --connections HTTP connections, each posting messages to one connected user with the API key --key at --http;
// every user must get each message once and in order. Teahouse only.
#include <charconv>
#include <stdexcept>

#include "bench/load/pairs.h"
#include "bench/load/works.h"
#include "bench/wire/stanza.h"

namespace teahouse::bench {
namespace {

constexpr double drain_s = 20;
constexpr size_t shown_max = 300;
constexpr std::string_view head_end = "\r\n\r\n", length_name = "Content-Length: ";

// One connection, one request at a time.
class Poster final : private Socket::Events {
 public:
  Poster(Job& job, std::string user) : job_(job), user_(std::move(user)), socket_(job.realm.poller, *this) {}

  void start(const Address& address, const std::string& key) {
    head_ = "POST /v1/messages HTTP/1.1\r\nHost: " + address.host + "\r\nAuthorization: Bearer " + key +
            "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ";
    socket_.connect(address);
  }
  void stop() { stopped_ = true; }
  int64_t answered() const { return answered_; }
  bool is_idle() const { return answered_ == sent_; }
  const Histogram& latency() const { return latency_; }
  void forget_latency() { latency_ = {}; }

 private:
  void on_connected() override { post(); }
  void on_closed(std::string_view why) override { throw std::runtime_error("HTTP: " + std::string(why)); }

  void post() {
    const std::string body =
        "to=user:" + user_ + "&text=A+message+of+the+usual+length,+number+" + std::to_string(sent_) + ".";
    begun_ns_ = now_ns();
    ++sent_;
    socket_.send(head_ + std::to_string(body.size()) + std::string(head_end) + body);
  }

  void on_bytes(std::string_view bytes) override {
    pending_.append(bytes);
    const size_t end = pending_.find(head_end);
    if (end == std::string::npos) return;
    const size_t at = pending_.find(length_name);
    size_t length = 0;
    if (at < end) std::from_chars(pending_.data() + at + length_name.size(), pending_.data() + end, length);
    if (pending_.size() < end + head_end.size() + length) return;
    if (!pending_.starts_with("HTTP/1.1 201")) job_.complain("HTTP: " + pending_.substr(0, shown_max));
    pending_.erase(0, end + head_end.size() + length);
    ++answered_;
    latency_.add(now_ns() - begun_ns_);
    if (!stopped_) post();
  }

  Job& job_;
  const std::string user_;
  Socket socket_;
  std::string head_, pending_;
  int64_t sent_ = 0, answered_ = 0, begun_ns_ = 0;
  bool stopped_ = false;
  Histogram latency_;
};

}  // namespace

void run_post(Job& job) {
  const auto connections = static_cast<size_t>(job.options.number("connections", 50));
  const double seconds = job.options.real("seconds", 5), warmup = job.options.real("warmup", 1);
  const Address address = parse_address(job.options.text("http", "127.0.0.1:8080"));
  const std::string key = job.options.text("key", "");
  std::vector<int64_t> arrived(connections);
  SessionPool pool(job, [&](Session& session, std::string_view stanza) {
    if (!is_named(stanza, "message")) return;
    if (find_number(stanza) != arrived[session.number()]++) {
      job.complain(session.jid() + " got " + std::string(stanza.substr(0, shown_max)));
    }
  });
  std::vector<std::unique_ptr<Poster>> posters;
  for (size_t i = 0; i < connections; ++i) {
    const User& user = pool.add(make_user(job.realm.target, i * job.realm.target.tenants)).user();
    posters.push_back(std::make_unique<Poster>(job, user.localpart));
  }
  pool.log_in();
  for (const auto& poster : posters) poster->start(address, key);
  pool.run_for(warmup);
  const auto answered = [&] {
    int64_t sum = 0;
    for (const auto& poster : posters) sum += poster->answered();
    return sum;
  };
  const int64_t before = answered();
  const Measure measure(job);
  pool.run_for(seconds);
  measure.end(job.report, answered() - before);
  Histogram latency;
  for (const auto& poster : posters) {
    latency.add(poster->latency());
    poster->stop();
  }
  job.report.add_latency("latency_us", latency);
  const auto all_arrived = [&] {
    for (size_t i = 0; i < connections; ++i) {
      if (!posters[i]->is_idle() || arrived[i] < posters[i]->answered()) return false;
    }
    return true;
  };
  if (!job.realm.poller.run_until(all_arrived, after_s(drain_s))) job.complain("Not every message arrived.");
}

}  // namespace teahouse::bench
