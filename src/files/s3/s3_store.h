// The ObjectStore that is a bucket: PREFIX<tenant's number>/<two digits>/<digest>, as in a folder (disk_store.h).
//
// Owns: a Bucket, and threads that wait for the disk on which uploads lie until they are whole.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "files/object_store.h"
#include "files/s3/settings.h"

namespace teahouse::s3 {

// `folder` is that of a disk store: its `incoming` is used likewise. Blocks, and asks the bucket nothing: one that
// can't be reached keeps nobody from chatting. The log soon says whether it can be. REQUIRES: settings that check()
// gave; nobody else has folder and prefix. Errors: those of Bucket::open; internal_server_error with a path.
Result<std::unique_ptr<ObjectStore>> open_s3_store(const S3Settings& settings, const std::string& folder,
                                                   const Clock& clock);

}  // namespace teahouse::s3
