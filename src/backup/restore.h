// restore_backup: makes a house of a backup, where there is none.
//
// While it is at work, and when it was cut short, the folder has a file RESTORING: no server starts on it, and a
// restore into it begins anew.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace teahouse::backup {

struct Restored {
  std::string backup;  // its folder
  std::string made;    // when
  size_t files = 0;
  uint64_t bytes = 0;
};

// `from` is a backup, or a folder of backups, of which the newest is taken. `directory` is not there, or empty. Thread:
// any; blocks. Errors: bad_request where that is not so; internal_server_error for a file of the backup that is missing
// or not as it was written, before anything is made.
Result<Restored> restore_backup(const std::string& from, const std::string& directory);

// Whether a house may live there. Errors: conflict for a folder in which a restore was cut short, or is at work, and
// for a backup, whose files other backups share.
Result<void> refuse_no_house(const std::string& directory);

}  // namespace teahouse::backup
