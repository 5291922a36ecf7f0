#include "store/disk_health.h"

namespace teahouse::store {

Error DiskHealth::full() {
  return {ErrorKind::storage_full,
          "The server's disk is full, so it takes nothing new. What is there can be read and removed."};
}

Error DiskHealth::failing() {
  return {ErrorKind::storage_failing,
          "The server cannot write to its disk just now. It goes on by itself when it can; try again later."};
}

// A failing control plane tells each caller by itself: what needs none of it goes on.
Result<void> DiskHealth::judge(unsigned refused) const {
  const unsigned faults = faults_.load(std::memory_order_relaxed);
  if (faults & data_waits) return faults & data_is_full ? full() : failing();
  if (faults & refused) return full();
  return {};
}

}  // namespace teahouse::store
