#include "modules/conferences/engine/janus.h"

#include <boost/json/object.hpp>

#include "base/log.h"
#include "modules/conferences/engine/janus_lines.h"

namespace teahouse::conferences {
namespace {

namespace json = boost::json;

uint64_t number_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  boost::system::error_code error;
  const auto number = value && value->is_number() ? value->to_number<uint64_t>(error) : 0;
  return error ? 0 : number;
}

uint64_t id_in(const json::object& answer) {
  const json::value* data = answer.if_contains("data");
  return data && data->is_object() ? number_in(data->get_object(), "id") : 0;
}

std::string_view text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

}  // namespace

Janus::Janus(net::Loop& loop, JanusSettings settings)
    : loop_(loop), process_(loop, std::move(settings), [this] { on_ended("it has ended by itself"); }) {}

Janus::~Janus() = default;

std::unique_ptr<MediaEngine::Room> Janus::open(const Limits& limits) {
  idle_.stop();
  return std::make_unique<ItsRoom>(*this, limits);
}

void Janus::when_ready(Work work) {
  if (control_) return work(nullptr);
  waiting_.push_back(std::move(work));
  if (!process_.is_running() && !connecting_.running()) start();
}

void Janus::start() {
  const int64_t now = loop_.clock().monotonic_ms();
  if (started_ms_ && now - started_ms_ < restart_ms) {
    connecting_ = loop_.start_timer(started_ms_ + restart_ms - now, [this] { start(); });
    return;
  }
  started_ms_ = now;
  starts_ = 0;
  start_process();
}

void Janus::start_process() {
  ++starts_;
  const auto started = process_.start();
  if (started) return connect();
  connecting_ = loop_.start_timer(connect_each_ms, [this, why = started.error().text] { fail(why); });
}

// Janus 1.1.2 has a race at its start: where the thread of its Unix socket runs before the flag that says so, it finds
// no transport, and ends. So one that ends before it has answered is started again.
void Janus::on_ended(const char* why) {
  if (control_ || starts_ >= starts_max) return fail(why);
  drop_process();
  connecting_ = loop_.start_timer(connect_each_ms, [this] { start_process(); });
}

// It listens some tens of milliseconds after its start.
void Janus::connect() {
  const int fd = process_.connect();
  if (fd >= 0) {
    link_ = std::make_unique<JanusLink>(loop_, fd,
                                        JanusLink::Events{[this](const json::object& event) { hear(event); },
                                                          [this] { on_ended("its connection has ended"); }});
    return begin_session();
  }
  if (loop_.clock().monotonic_ms() - started_ms_ > start_ms) return fail("it does not listen");
  connecting_ = loop_.start_timer(connect_each_ms, [this] { connect(); });
}

void Janus::begin_session() {
  link_->ask({{"janus", "create"}}, [this](const Result<json::object>& created) {
    session_ = created ? id_in(*created) : 0;
    if (!session_) return fail("it makes no session");
    attach([this](const Result<json::object>& attached) {
      control_ = attached ? id_in(*attached) : 0;
      if (!control_) return fail("its VideoRoom is not there");
      become_ready();
    });
  });
}

void Janus::become_ready() {
  log::info("calls", "The engine of group calls is ready");
  keep_alive();
  const std::deque<Work> waiting = std::move(waiting_);
  waiting_.clear();
  for (const Work& work : waiting) work(nullptr);
}

// All that it had is over. The lines are told after that, so that a participant who calls again starts it anew.
void Janus::fail(const std::string& why) {
  log::warning("calls", "The engine of group calls has failed; calls that it had are over", {{"why", why}});
  connecting_.stop();
  keeping_.stop();
  by_handle_.clear();
  drop_process();
  const Error error{ErrorKind::service_unavailable, "The engine of group calls has failed. Call again."};
  const std::deque<Work> waiting = std::move(waiting_);
  waiting_.clear();
  for (const Work& work : waiting) work(&error);
  for (ItsRoom* room : std::vector(rooms_.begin(), rooms_.end())) room->fail(error);
  for (ItsLine* line : std::vector(lines_.begin(), lines_.end())) line->end(error.text);
}

void Janus::drop_process() {
  session_ = control_ = 0;
  loop_.at_turn_end([link = std::shared_ptr<JanusLink>(std::move(link_))] {});  // it may have called this
  process_.stop();
}

void Janus::hear(const json::object& event) {
  const std::string_view kind = text_in(event, "janus");
  if (kind == "timeout") return fail("its session has ended");
  const auto found = by_handle_.find(number_in(event, "sender"));
  if (found != by_handle_.end()) found->second->hear(kind, text_in(event, "reason"));
}

// Janus ends a session of which it hears nothing for a minute. A ping is answered, where a keepalive is acknowledged
// alone: this shows that Janus goes on.
void Janus::keep_alive() {
  keeping_ = loop_.start_timer(keepalive_ms, [this] {
    link_->ask({{"janus", "keepalive"}, {"session_id", session_}}, nullptr);
    link_->ask({{"janus", "ping"}}, [this](const Result<json::object>& answered) {
      if (!answered) fail("it does not answer");
    });
    keep_alive();
  });
}

void Janus::let_idle() {
  if (!rooms_.empty() || !process_.is_running()) return;
  idle_ = loop_.start_timer(idle_ms, [this] {
    log::info("calls", "The engine of group calls ends: there was no call for a while");
    keeping_.stop();
    connecting_.stop();
    session_ = control_ = 0;
    link_.reset();
    process_.stop();
  });
}

void Janus::ask(uint64_t handle, const json::object& request, JanusLink::Answered answered) {
  if (!link_ || !session_) return;
  json::object whole = request;
  whole["session_id"] = session_;
  whole["handle_id"] = handle;
  link_->ask(std::move(whole), std::move(answered));
}

void Janus::attach(JanusLink::Answered answered) {
  if (!link_ || !session_) return;
  link_->ask({{"janus", "attach"}, {"session_id", session_}, {"plugin", "janus.plugin.videoroom"}},
             std::move(answered));
}

void Janus::detach(uint64_t handle) { ask(handle, {{"janus", "detach"}}, nullptr); }

}  // namespace teahouse::conferences
