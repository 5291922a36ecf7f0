// Janus: a MediaEngine by Janus' VideoRoom plugin. It starts with the first room, ends when there was none for a while,
// and is started anew where it dies: what was under way is over then, and told.
//
// Thread: its loop's. Owns: the process. Lifetime: Room's and Line's end before it.
// Limits: one start in restart_ms; start_ms until it takes requests; idle_ms without a room; up_ms until media can flow
// on a line; JanusLink's.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "modules/conferences/engine/janus_link.h"
#include "modules/conferences/engine/janus_process.h"
#include "modules/conferences/engine/media_engine.h"

namespace teahouse::conferences {

class Janus final : public MediaEngine {
 public:
  static constexpr int64_t start_ms = 10'000, idle_ms = 180'000, keepalive_ms = 20'000, up_ms = 30'000,
                           restart_ms = 1000;
  static constexpr int starts_max = 10;
  static constexpr int64_t connect_each_ms = 20;

  Janus(net::Loop& loop, JanusSettings settings);
  ~Janus() override;

  std::unique_ptr<Room> open(const Limits& limits) override;

  bool is_running() const { return process_.is_running(); }
  int64_t lines() const { return static_cast<int64_t>(lines_.size()); }

 private:
  class ItsRoom;
  class ItsLine;
  friend class ItsRoom;
  friend class ItsLine;
  using Work = std::function<void(const Error*)>;  // null: it is ready

  void when_ready(Work work);
  void start();
  void start_process();
  void on_ended(const char* why);
  void drop_process();
  void connect();
  void begin_session();
  void become_ready();
  void fail(const std::string& why);
  void hear(const boost::json::object& event);
  void keep_alive();
  void let_idle();
  // Requests to a handle of the session. REQUIRES: it is ready.
  void ask(uint64_t handle, const boost::json::object& request, JanusLink::Answered answered);
  void attach(JanusLink::Answered answered);
  void detach(uint64_t handle);

  net::Loop& loop_;
  JanusProcess process_;
  std::unique_ptr<JanusLink> link_;
  std::deque<Work> waiting_;
  uint64_t session_ = 0, control_ = 0;  // control_ is the handle for rooms; 0: it is not ready
  int64_t started_ms_ = 0;
  int starts_ = 0;
  std::unordered_set<ItsRoom*> rooms_;
  std::unordered_set<ItsLine*> lines_;
  std::unordered_map<uint64_t, ItsLine*> by_handle_;
  net::Timer connecting_, keeping_, idle_;
};

}  // namespace teahouse::conferences
