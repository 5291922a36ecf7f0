// make_backup: a new backup of a house beside its earlier ones.
//
// A file that the newest one before it has too is not written again: both have it by hard links. All files are read
// back and compared before they count; one that is damaged in the earlier backup is written anew.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backup/backup_folder.h"
#include "base/result.h"

namespace teahouse::backup {

struct SourceFile {
  std::string path;            // in the backup
  std::string from;            // where it is now
  bool never_changes = false;  // of one name, size and time of change it is the same: it need not be read to know that
};

struct BackupWanted {
  std::string house, version;
  std::vector<SourceFile> files;  // all of one moment
  size_t keep = 0;                // so many backups are kept, this one counted; 0: all
  int64_t wall_ms = 0;
  std::function<Result<void>(const std::string& path)> check;  // of each file that was copied; may be empty
  // Given the folder of all that was written, tells how many parts of tables in it are set aside as damaged. May be
  // empty.
  std::function<Result<size_t>(const std::string& folder)> check_all;
};

struct BackupMade {
  std::string name;
  size_t files = 0;
  uint64_t bytes = 0, copied_bytes = 0;
  std::vector<std::string> removed;  // names of backups
  std::vector<std::string> notes;    // sentences on the findings, of earlier ones too
  size_t damages = 0;                // what check_all gave; no earlier one is removed where it gave any
};

// Thread: any; blocks. Errors: those of files.h and of `check`; conflict for a folder with backups of another house.
// Then the earlier ones are as they were.
Result<BackupMade> make_backup(BackupFolder& folder, const BackupWanted& wanted);

}  // namespace teahouse::backup
