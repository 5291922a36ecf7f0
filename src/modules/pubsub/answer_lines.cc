#include "modules/pubsub/answer_lines.h"

#include <utility>

namespace teahouse::pubsub {

Result<void> AnswerLines::add(const BareJid& asker, int64_t bytes, size_t held_bytes, Task<void> work) {
  Line& line = lines_[asker.str()];
  const bool is_full = line.waiting.size() >= waiting_max || line.waiting_bytes + held_bytes > waiting_bytes_max;
  if (is_full && line.building > 0) {
    return Error{ErrorKind::resource_constraint,
                 "Too much that you have asked for waits to be answered: send this again when it is."};
  }
  line.waiting.push_back({bytes, held_bytes, std::move(work)});
  line.waiting_bytes += held_bytes;
  start(asker.str());
  return {};
}

// One that is built at once comes back here, where the loop goes on with the next.
void AnswerLines::start(const std::string& asker) {
  Line& line = lines_[asker];  // stays where it is while others come
  if (std::exchange(line.is_starting, true)) return;
  while (!line.waiting.empty() &&
         (line.building == 0 || line.building_bytes + line.waiting.front().bytes <= building_bytes_max)) {
    Waiting next = std::move(line.waiting.front());
    line.waiting.pop_front();
    line.waiting_bytes -= next.held_bytes;
    line.building_bytes += next.bytes;
    ++line.building;
    spawn(build(*this, asker, std::move(next)));
  }
  line.is_starting = false;
  if (line.building == 0) lines_.erase(asker);
}

Task<void> AnswerLines::build(AnswerLines& self, std::string asker, Waiting next) {
  co_await std::move(next.work);
  Line& line = self.lines_[asker];
  line.building_bytes -= next.bytes;
  --line.building;
  self.start(asker);
}

}  // namespace teahouse::pubsub
