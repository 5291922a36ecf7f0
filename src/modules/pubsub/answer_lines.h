// AnswerLines: answers with items, which may be long, that are built for the entities that have asked. Of one entity
// some are built at a time, as many as are short, and what it asks for meanwhile waits in its order: a client that asks
// for everything at once has no more in memory by it than one that asks for one after the other.
//
// Thread: its home loop.
// Limits: of one entity building_bytes_max are built at once, or one answer that is longer; waiting_max wait, which
// hold waiting_bytes_max. Errors: resource_constraint for an answer that finds no room; it is dropped without a start.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "base/text_map.h"
#include "xmpp/jid.h"

namespace teahouse::pubsub {

class AnswerLines {
 public:
  static constexpr int64_t building_bytes_max = 1 << 20;
  static constexpr size_t waiting_max = 2000, waiting_bytes_max = 8 * 1024 * 1024;

  // `bytes`: how long the answer will be, about; `held_bytes`: what the task holds while it waits. `work` builds the
  // answer and sends it.
  Result<void> add(const BareJid& asker, int64_t bytes, size_t held_bytes, Task<void> work);
  size_t size() const { return lines_.size(); }  // entities whose answers are being built

 private:
  struct Waiting {
    int64_t bytes;
    size_t held_bytes;
    Task<void> work;
  };
  struct Line {
    std::deque<Waiting> waiting;
    size_t waiting_bytes = 0;
    int64_t building_bytes = 0;
    size_t building = 0;
    bool is_starting = false;
  };
  void start(const std::string& asker);
  static Task<void> build(AnswerLines& self, std::string asker, Waiting next);

  TextMap<Line> lines_;
};

}  // namespace teahouse::pubsub
