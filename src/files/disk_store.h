// The ObjectStore that is a folder: FOLDER/<tenant's number>/<two digits>/<digest>. An upload is written to
// FOLDER/incoming, synced and renamed.
//
// Owns: threads that wait for the disk.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "files/object_store.h"

namespace teahouse {

// Makes the folder where it is not there, and removes what an earlier run left half written. Blocks. REQUIRES: nobody
// else has the folder open. Errors: internal_server_error with the path.
Result<std::unique_ptr<ObjectStore>> open_disk_store(const std::string& folder);

}  // namespace teahouse
