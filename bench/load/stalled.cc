// Stalled readers: --readers users become available and stop reading (--stall reading), or read on and never
// acknowledge (--stall acknowledging, with --sm on). --writers others write to each of them in turn, --bytes each, as
// fast as the server takes it, for --seconds and until each reader was sent --fill MiB: more than the server and the
// kernel keep for one. Told: what the readers cost the server in memory, what became of them, and what --calm-pairs
// pairs at --rate messages a second noticed.
//
// The messages ask to be in no archive (XEP-0334): what rises are the queues, not the database's caches.
#include <stdexcept>

#include "bench/load/pairs.h"
#include "bench/load/rise.h"
#include "bench/load/works.h"
#include "bench/wire/stanza.h"

namespace teahouse::bench {
namespace {

constexpr double login_timeout_s = 60, drain_timeout_s = 120;
constexpr double step_s = 0.0005;               // between two looks at what the writers' sockets took
constexpr size_t under_way_bytes_max = 65'536;  // of a writer, not yet with the kernel
constexpr int stalled_buffer_bytes = 4096, awake_buffer_bytes = 4 << 20;
constexpr int64_t bytes_default = 300, fill_mib_default = 10;
constexpr double fill_timeout_s = 300;
constexpr std::string_view constraint = "resource-constraint";

class Readers final : public Session::Events {
 public:
  Readers(Job& job, size_t count) : job_(job) {
    for (size_t i = 0; i < count; ++i) {
      sessions_.push_back(std::make_unique<Session>(job.realm, make_user(job.realm.target, i), i, *this));
    }
  }

  void log_in(bool small_buffers) {
    for (const auto& session : sessions_) {
      if (small_buffers) session->limit_receive_buffer(stalled_buffer_bytes);
      session->start();
      const size_t wanted = ++started_;
      const bool is_in = job_.realm.poller.run_until([&] { return ready_ == wanted; }, after_s(login_timeout_s));
      if (!is_in) throw std::runtime_error("A reader could not log in. " + said_);
    }
  }
  void stop_reading() {
    for (const auto& session : sessions_) session->stop_reading();
  }
  void stop_acknowledging() {
    for (const auto& session : sessions_) session->stop_acknowledging();
  }
  // They read on: all that waited for them, then an answer or the end.
  void wake() {
    for (const auto& session : sessions_) {
      session->limit_receive_buffer(awake_buffer_bytes);
      session->go_on_reading();
      session->send("<iq type='get' id='awake' to='" + session->user().domain + "'><ping xmlns='urn:xmpp:ping'/></iq>");
    }
    const auto all_told = [this] { return kept_ + refused_ + cut_ == sessions_.size(); };
    if (!job_.realm.poller.run_until(all_told, after_s(drain_timeout_s))) job_.complain("A reader was left hanging");
  }
  Report report() const {
    return Report()
        .add("count", static_cast<int64_t>(sessions_.size()))
        .add("kept", static_cast<int64_t>(kept_))
        .add("resource_constraint", static_cast<int64_t>(refused_))
        .add("cut", static_cast<int64_t>(cut_))
        .add("got_messages", got_);
  }

 private:
  void on_ready(Session&) override { ++ready_; }
  void on_stanza(Session&, std::string_view stanza) override {
    if (is_named(stanza, "message")) ++got_;
    if (find_attribute(stanza, "id") == "awake") ++kept_;
  }
  void on_lost(Session&, std::string_view why) override {
    ++(why.find(constraint) == std::string_view::npos ? cut_ : refused_);
    said_ = std::string(why);
  }

  Job& job_;
  std::vector<std::unique_ptr<Session>> sessions_;
  size_t started_ = 0, ready_ = 0;
  size_t kept_ = 0, refused_ = 0, cut_ = 0;  // still there; closed with the stream error; closed without a word
  int64_t got_ = 0;
  std::string said_;
};

class Writers {
 public:
  Writers(Job& job, size_t first, size_t count, size_t readers)
      : job_(job), pool_(job, [this](Session&, std::string_view stanza) { on_stanza(stanza); }) {
    const Target& target = job.realm.target;
    for (size_t i = 0; i < count; ++i) pool_.add(make_user(target, first + i));
    for (size_t i = 0; i < readers; ++i) {
      to_.push_back("<message to='" + make_user(target, i).bare() + "' type='chat' id='");
    }
    const auto bytes = static_cast<size_t>(job.options.number("bytes", bytes_default));
    rest_ = "'><body>" + std::string(bytes, 'x') + "</body><no-store xmlns='urn:xmpp:hints'/></message>";
    pool_.log_in();
  }

  void fill() {
    pool_.check();
    for (size_t i = 0; i < pool_.size(); ++i) {
      while (pool_[i].queued_bytes() < under_way_bytes_max) {
        pool_[i].send(to_[static_cast<size_t>(sent_) % to_.size()] + std::to_string(sent_) + rest_);
        ++sent_;
        sent_bytes_ += static_cast<int64_t>(to_[0].size() + rest_.size());
      }
    }
  }
  // All that was sent is handled when what was sent last is answered.
  void finish() {
    for (size_t i = 0; i < pool_.size(); ++i) {
      pool_[i].send("<iq type='get' id='last' to='" + pool_[i].user().domain + "'><ping xmlns='urn:xmpp:ping'/></iq>");
    }
    pool_.run_until([this] { return answered_ == pool_.size(); }, drain_timeout_s, "taking the last messages");
  }
  int64_t sent() const { return sent_; }
  int64_t bytes_each() const { return sent_bytes_ / static_cast<int64_t>(to_.size()); }
  int64_t refused() const { return refused_; }

 private:
  void on_stanza(std::string_view stanza) {
    if (find_attribute(stanza, "id") == "last") ++answered_;
    if (is_named(stanza, "message") && find_attribute(stanza, "type") == "error") ++refused_;
  }

  Job& job_;
  SessionPool pool_;
  std::vector<std::string> to_;  // the beginning of a message to each reader
  std::string rest_;
  size_t answered_ = 0;
  int64_t sent_ = 0, sent_bytes_ = 0, refused_ = 0;
};

void stall(Readers& readers, const std::string& how) {
  if (how == "reading") {
    readers.stop_reading();
  } else if (how == "acknowledging") {
    readers.stop_acknowledging();
  } else {
    throw std::runtime_error("--stall is reading or acknowledging.");
  }
}

}  // namespace

void run_stalled(Job& job) {
  const auto count = static_cast<size_t>(job.options.number("readers", 100));
  const auto writing = static_cast<size_t>(job.options.number("writers", 10));
  const auto calm_pairs = static_cast<size_t>(job.options.number("calm-pairs", 20));
  const double seconds = job.options.real("seconds", 5), warmup = job.options.real("warmup", 1);
  const int64_t fill_bytes = job.options.number("fill", fill_mib_default) << 20;
  const std::string how = job.options.text("stall", "reading");
  if (job.realm.target.tenants != 1) throw std::runtime_error("The work stalled is for one tenant.");
  Pairs calm(job, {.first = (count + writing + 1) / 2, .count = calm_pairs});
  Readers readers(job, count);
  readers.log_in(how == "reading");
  Writers writers(job, count, writing, count);
  calm.begin_rate(job.options.real("rate", 200));
  calm.run_for(warmup);
  calm.forget_latency();
  calm.run_for(seconds);
  job.report.add_latency("calm_us", calm.latency());
  calm.forget_latency();
  stall(readers, how);
  const Rise rise(job);
  const Measure measure(job);
  while (measure.seconds() < seconds || writers.bytes_each() < fill_bytes) {
    if (measure.seconds() > fill_timeout_s) throw std::runtime_error("The server does not take as much as --fill.");
    writers.fill();
    calm.run_for(step_s);
  }
  job.report.add_latency("stalled_us", calm.latency());
  writers.finish();
  measure.end(job.report, writers.sent() - writers.refused());
  job.report.add("memory", rise.end(static_cast<int64_t>(count)));
  calm.finish();
  readers.wake();
  job.report.add("refused", writers.refused()).add("readers", readers.report());
}

}  // namespace teahouse::bench
