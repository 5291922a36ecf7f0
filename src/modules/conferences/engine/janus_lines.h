// Janus' rooms and lines: a room of its VideoRoom, and a handle of it for each line.
//
// Thread, lifetime: Janus'.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "modules/conferences/engine/janus.h"

namespace teahouse::conferences {

class Janus::ItsRoom final : public MediaEngine::Room {
 public:
  ItsRoom(Janus& janus, const Limits& limits);
  ~ItsRoom() override;

  std::unique_ptr<Line> publish(const std::string& feed, const std::string& offer, Events events) override;
  std::unique_ptr<Line> subscribe(const std::string& feed, Events events) override;
  void silence(const std::string& feed, bool is_silent) override;

  const std::string& name() const { return name_; }
  void when_open(Work work);
  void note_mids(const std::string& feed, std::vector<std::string> mids);
  void fail(const Error& error);  // it is no more, at Janus

 private:
  void create(const Limits& limits);
  void settle(const Error* error);

  Janus& janus_;
  const std::string name_;
  enum class State : uint8_t { waiting, open, over } state_ = State::waiting;
  std::deque<Work> waiting_;
  std::unordered_map<std::string, std::vector<std::string>> mids_;  // of the contents of each feed
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

class Janus::ItsLine final : public MediaEngine::Line {
 public:
  enum class Way : uint8_t { publish, subscribe };
  ItsLine(Janus& janus, ItsRoom& room, Way way, std::string feed, std::string offer, Events events);
  ~ItsLine() override;

  void accept(const std::string& answer) override;
  void hear(std::string_view event, std::string_view reason);
  void end(std::string why);  // tells Events::over, later

 private:
  void take_handle(ItsRoom& room, uint64_t handle);
  void describe(ItsRoom& room, Result<boost::json::object> answered);

  Janus& janus_;
  const Way way_;
  const std::string feed_;
  std::string offer_;  // until it is sent
  Events events_;
  uint64_t handle_ = 0;
  bool is_over_ = false;
  net::Timer late_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace teahouse::conferences
