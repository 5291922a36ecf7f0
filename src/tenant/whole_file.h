// Small files of the data directory (keys, certificates, settings): whole and on disk, or as they were before.
//
// Thread: start-up, one at a time.
// Errors: internal_server_error with the file's name and the system's reason.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse {

// Replaces the file in one step: a full disk or a power cut on the way leaves the one before.
Result<void> write_whole_file(const std::string& path, std::string_view text, mode_t mode);
Result<std::string> read_whole_file(const std::string& path);
// Whether there is anything of that name. Errors: a folder on the way that can't be looked into.
Result<bool> has_file(const std::string& path);
// Says in the log that others can read this file, where they can.
void warn_of_open_key(const std::string& path);

}  // namespace teahouse
