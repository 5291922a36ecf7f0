// S3Settings: which bucket of which server holds the objects, and the key to it: what stands under [files] in
// teahouse.toml.
//
// Thread: a value. Errors: bad_request, with a sentence that names the setting.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace teahouse::s3 {

struct S3Settings {
  std::string endpoint;  // "https://s3.eu-central-1.amazonaws.com"
  std::string region = "us-east-1";
  std::string bucket;
  std::string prefix;              // of all keys; empty, or with a slash at its end
  std::string access_key, secret;  // the secret is told to nobody
  std::string ca_file;             // whom to trust; empty: the system's authorities
  bool path_style = true;          // https://HOST/BUCKET/KEY; false: https://BUCKET.HOST/KEY
  bool allow_http = false;         // to another machine too

  int64_t retry_wait_ms = 100;         // before the second attempt; each wait is four times the one before
  uint64_t part_bytes = 8 << 20;       // a larger object goes in parts of so many; S3 wants 5 MiB at least
  int64_t sweep_every_ms = 3'600'000;  // uploads in parts that nobody goes on with are looked for so often
};

// Judges what people have written, and puts the slash behind the prefix.
Result<S3Settings> check(S3Settings settings);
// Names the place: "s3 https://s3.eu-central-1.amazonaws.com/tea/files/".
std::string name_place(const S3Settings& settings);

}  // namespace teahouse::s3
