// Keys of the queues for other servers: a pair that is read is written again as the same key.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/s2s/peer_queue.h"

namespace s2s_queue_key_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse::s2s;
  const std::string_view key(reinterpret_cast<const char*>(data), size);
  const auto pair = PeerQueue::parse_key(key);
  if (pair && PeerQueue::make_key(*pair) != key) abort();
  return 0;
}

}  // namespace s2s_queue_key_fuzz
