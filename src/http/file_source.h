// FileSource: a file as the body of an answer. Another executor reads it, so that no loop waits for a disk.
#pragma once

#include <memory>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "http/body_source.h"

namespace teahouse::http {

// Opens a regular file; its size stays what it is now. `home` is the loop of the connection, `disk` reads, and both
// outlive the source. Blocks: to be called on `disk`. Errors: item_not_found, internal_server_error.
Result<std::shared_ptr<BodySource>> open_file_source(const std::string& path, Executor& home, Executor& disk);

}  // namespace teahouse::http
