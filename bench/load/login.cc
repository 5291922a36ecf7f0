// A login storm: --at-once clients log in, leave, and come again, --count times in all, as --users users.
#include <deque>
#include <stdexcept>

#include "bench/load/works.h"

namespace teahouse::bench {
namespace {

class Storm final : public Session::Events {
 public:
  Storm(Job& job, int64_t users, int64_t at_once) : job_(job), begun_ns_(static_cast<size_t>(at_once)) {
    for (size_t i = 0; i < begun_ns_.size(); ++i) {
      const User user = make_user(job_.realm.target, i % static_cast<size_t>(users), "r" + std::to_string(i));
      sessions_.push_back(std::make_unique<Session>(job_.realm, user, i, *this));
      idle_.push_back(sessions_.back().get());
    }
  }

  // May be called again: its clients are the same, and have what they got before.
  void run(int64_t count) {
    count_ = count;
    begun_ = done_ = 0;
    latency_ = {};
    const int64_t deadline = after_s(timeout_s);
    while (done_ < count_ && error_.empty() && now_ns() < deadline) {
      start_idle();
      job_.realm.poller.turn(wait_ns);
    }
    if (!error_.empty()) throw std::runtime_error("A login failed: " + error_);
    if (done_ < count_) throw std::runtime_error("The logins did not end.");
  }
  const Histogram& latency() const { return latency_; }

 private:
  static constexpr double timeout_s = 300;
  static constexpr int64_t wait_ns = 100'000'000;

  void start_idle() {
    for (; !idle_.empty() && begun_ < count_; idle_.pop_front()) {
      Session& session = *idle_.front();
      ++begun_;
      begun_ns_[session.number()] = now_ns();
      session.start();
    }
  }
  void on_ready(Session& session) override {
    latency_.add(now_ns() - begun_ns_[session.number()]);
    session.leave();
  }
  void on_lost(Session& session, std::string_view why) override {
    if (!session.is_leaving()) error_ = std::string(why);
    ++done_;
    idle_.push_back(&session);
  }

  Job& job_;
  int64_t count_ = 0, begun_ = 0, done_ = 0;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::deque<Session*> idle_;
  std::vector<int64_t> begun_ns_;
  Histogram latency_;
  std::string error_;
};

}  // namespace

void run_login(Job& job) {
  const int64_t count = job.options.number("count", 2000), users = job.options.number("users", 100);
  const int64_t at_once = job.options.number("at-once", 32);
  Storm storm(job, users, at_once);
  storm.run(std::max(users, at_once));  // caches of both sides, and each client's token
  const Measure measure(job);
  storm.run(count);
  measure.end(job.report, count);
  job.report.add_latency("latency_us", storm.latency());
}

}  // namespace teahouse::bench
