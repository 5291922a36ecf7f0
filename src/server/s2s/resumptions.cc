#include "server/s2s/resumptions.h"

#include <utility>

namespace teahouse::s2s {

bool Resumptions::add(const std::string& id, Stream stream) {
  const std::lock_guard lock(mutex_);
  size_t& same = of_pair_[stream.pair];
  if (same >= of_pair_max || streams_.size() >= total_max) {
    if (same == 0) of_pair_.erase(stream.pair);
    return false;
  }
  if (streams_.emplace(id, std::move(stream)).second) ++same;
  return true;
}

std::optional<Resumptions::Stream> Resumptions::take(const std::string& id, const Pair& pair) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(id);
  if (found == streams_.end() || found->second.pair < pair || pair < found->second.pair) return std::nullopt;
  Stream stream = found->second;
  erase(found);
  return stream;
}

void Resumptions::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(id);
  if (found != streams_.end()) erase(found);
}

void Resumptions::erase(std::map<std::string, Stream>::iterator at) {
  const auto same = of_pair_.find(at->second.pair);
  if (--same->second == 0) of_pair_.erase(same);
  streams_.erase(at);
}

}  // namespace teahouse::s2s
