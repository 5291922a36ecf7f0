#include "bench/load/session_pool.h"

#include <stdexcept>

namespace teahouse::bench {
namespace {

constexpr int64_t at_once_default = 50;
constexpr double login_timeout_s = 60;  // without any progress

}  // namespace

SessionPool::SessionPool(Job& job, OnStanza on_stanza) : job_(job), on_stanza_(std::move(on_stanza)) {}

Session& SessionPool::add(User user) {
  sessions_.push_back(std::make_unique<Session>(job_.realm, std::move(user), sessions_.size(), *this));
  return *sessions_.back();
}

void SessionPool::log_in() {
  const auto at_once = static_cast<size_t>(job_.options.number("at-once", at_once_default));
  size_t next = ready_;  // sessions are logged in in their order, all of them each time
  while (ready_ < sessions_.size()) {
    while (next < sessions_.size() && next - ready_ < at_once) sessions_[next++]->start();
    const size_t before = ready_;
    run_until([&] { return ready_ > before; }, login_timeout_s, "logging in");
  }
}

void SessionPool::check() const {
  if (!lost_.empty()) throw std::runtime_error("A session was lost: " + lost_);
}

void SessionPool::run_until(const std::function<bool()>& done, double seconds, const std::string& what) {
  const bool in_time = job_.realm.poller.run_until([&] { return !lost_.empty() || done(); }, after_s(seconds));
  check();
  if (!in_time) throw std::runtime_error(what + " took longer than " + std::to_string(seconds) + " s.");
}

void SessionPool::run_for(double seconds) {
  job_.realm.poller.run_until([&] { return !lost_.empty(); }, after_s(seconds));
  check();
}

void SessionPool::on_ready(Session&) { ++ready_; }

void SessionPool::on_stanza(Session& session, std::string_view stanza) {
  if (on_stanza_) on_stanza_(session, stanza);
}

void SessionPool::on_lost(Session&, std::string_view why) {
  --ready_;
  if (lost_.empty()) lost_ = why.empty() ? "closed" : std::string(why);
}

}  // namespace teahouse::bench
