// Resume: --count sessions with XEP-0198; the line {"event": "established"} asks the caller to restart the
// server. Then all come back at once (--at-once under way), resume or log in anew, and the time until all are back is
// told.
#include <cstdio>
#include <stdexcept>

#include "bench/load/works.h"

namespace teahouse::bench {
namespace {

constexpr double restart_timeout_s = 300;
constexpr int64_t retry_ns = 20'000'000;
constexpr int64_t wait_ns = 10'000'000;

class Returners final : public Session::Events {
 public:
  Returners(Job& job, size_t count, size_t at_once) : job_(job), at_once_(at_once), is_back_(count) {
    for (size_t i = 0; i < count; ++i) {
      sessions_.push_back(std::make_unique<Session>(job.realm, make_user(job.realm.target, i), i, *this));
      away_.push_back(sessions_.back().get());
    }
  }

  // Starts those that are away until all are back; a lost one is away again.
  void bring_all() {
    const int64_t deadline = after_s(restart_timeout_s);
    while (back_ < sessions_.size()) {
      if (now_ns() > deadline) throw std::runtime_error("The sessions did not come back. The last said: " + said_);
      const bool may_try = now_ns() >= retry_at_ns_;
      while (may_try && !away_.empty() && under_way_ < at_once_) {
        Session* const session = away_.back();
        away_.pop_back();
        ++under_way_;
        session->start();
      }
      job_.realm.poller.turn(wait_ns);
    }
  }
  void await_loss() {
    const int64_t deadline = after_s(restart_timeout_s);
    while (back_ > 0) {
      if (now_ns() > deadline) throw std::runtime_error("Nobody restarted the server.");
      job_.realm.poller.turn(wait_ns);
    }
  }
  int64_t resumed() const {
    int64_t count = 0;
    for (const auto& session : sessions_) count += session->was_resumed();
    return count;
  }
  // When the first session was back, and from when on all were away.
  int64_t first_back_ns() const { return first_back_ns_; }
  int64_t lost_ns() const { return lost_ns_; }
  void forget_times() { first_back_ns_ = 0; }

 private:
  void on_ready(Session& session) override {
    is_back_[session.number()] = true;
    if (first_back_ns_ == 0) first_back_ns_ = now_ns();
    ++back_;
    --under_way_;
  }
  void on_lost(Session& session, std::string_view why) override {
    const bool was_back = is_back_[session.number()];
    is_back_[session.number()] = false;
    was_back ? --back_ : --under_way_;
    if (was_back && back_ == 0) lost_ns_ = now_ns();
    away_.push_back(&session);
    said_ = std::string(why);
    retry_at_ns_ = now_ns() + retry_ns;
  }

  Job& job_;
  const size_t at_once_;
  std::vector<bool> is_back_;  // by the session's number
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<Session*> away_;
  size_t back_ = 0, under_way_ = 0;
  int64_t retry_at_ns_ = 0, first_back_ns_ = 0, lost_ns_ = 0;
  std::string said_;
};

}  // namespace

void run_resume(Job& job) {
  const int64_t count = job.options.number("count", 10'000), at_once = job.options.number("at-once", 200);
  job.realm.target.stream_management = true;
  Returners returners(job, static_cast<size_t>(count), static_cast<size_t>(at_once));
  returners.bring_all();
  std::puts("{\"event\": \"established\"}");
  std::fflush(stdout);
  returners.await_loss();
  returners.forget_times();
  returners.bring_all();
  const int64_t end = now_ns();
  const auto seconds_since = [&](int64_t then) { return static_cast<double>(end - then) / 1e9; };
  job.report.add("units", count)
      .add("resumed", returners.resumed())
      .add("away_s", seconds_since(returners.lost_ns()))
      .add("seconds", seconds_since(returners.first_back_ns()));
  for (size_t i = 0; i < job.watch.names().size(); ++i) {
    job.report.add(job.watch.names()[i], Report().add("rss_kib", job.watch.take()[i].rss_kib));
  }
}

}  // namespace teahouse::bench
