// Copies and digests of files, by their bytes on the disk rather than in memory.
//
// Thread: any; all block. Errors: internal_server_error with the file's name and the system's reason.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace teahouse::backup {

struct FileDigest {
  uint64_t bytes = 0;
  std::string sha256;  // hex
  bool operator==(const FileDigest&) const = default;
};

// Reads the file from its disk.
Result<FileDigest> digest_file(const std::string& path);
// Copies the file, and gives the digest of the bytes that were read. `to` is new, its owner's alone, and on disk.
Result<FileDigest> copy_file(const std::string& from, const std::string& to);
// A second name for the file; false where the file system has no such thing.
Result<bool> link_file(const std::string& from, const std::string& to);
Result<int64_t> modified_ns(const std::string& path);
Result<void> make_folder(const std::string& path);    // its owner's alone
Result<void> remove_folder(const std::string& path);  // with all in it; also where there is none
// Puts on disk which names were made, changed and removed in the folder.
Result<void> sync_folder(const std::string& path);

}  // namespace teahouse::backup
