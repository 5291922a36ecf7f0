// Resumptions: where the counts of streams from other servers are, by the ids under which those can be resumed: the
// peer's new stream may come to any loop.
//
// Thread: any; a lock that is hardly ever waited for. A count that is found is used at its place alone.
// Limits: of_pair_max streams of one pair of domains; total_max of all. Spec: XEP-0198 section 5.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "server/place.h"
#include "server/s2s/handled_count.h"
#include "server/s2s/house.h"

namespace teahouse::s2s {

class Resumptions {
 public:
  static constexpr size_t of_pair_max = 20, total_max = 20'000;
  struct Stream {
    Place place;
    Pair pair;
    std::weak_ptr<HandledCount> count;
  };

  // False: there are too many.
  bool add(const std::string& id, Stream stream);
  // The stream of this id, which has none from now on. None for one of another pair.
  std::optional<Stream> take(const std::string& id, const Pair& pair);
  void remove(const std::string& id);

 private:
  std::mutex mutex_;
  std::map<std::string, Stream> streams_;  // guarded by it, as is what follows
  std::map<Pair, size_t> of_pair_;
  void erase(std::map<std::string, Stream>::iterator at);
};

}  // namespace teahouse::s2s
