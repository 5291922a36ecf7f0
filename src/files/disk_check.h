// Reads all objects of a disk store (disk_store.h) and compares each with its digest, for `teahouse check`.
//
// Thread: blocks. It may run beside a server: what comes or goes meanwhile is no damage.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace teahouse {

struct DamagedObject {
  TenantId tenant = TenantId::server;
  std::string path, fault;  // the fault as the end of a sentence that begins with the path: "has other bytes …"
};
struct ObjectsReport {
  uint64_t objects = 0, bytes = 0;
  std::vector<DamagedObject> damaged;  // by their paths
};

// A folder that is not there holds none.
ObjectsReport check_objects(const std::string& folder);

}  // namespace teahouse
