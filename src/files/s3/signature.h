// Signature Version 4 of Amazon Web Services, as S3 wants it: who asks, and that nobody has changed the request on its
// way.
//
// Thread: any. Errors: those of http::parse_url.
// Spec: AWS, "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace teahouse::s3 {

struct SigningKey {
  std::string id, secret, region;
};

// Adds Authorization, X-Amz-Date and X-Amz-Content-Sha256. All headers that are there are signed, and the path and
// query as they stand: percent-encoded once. `payload_sha256`: hex of the body's digest.
Result<void> sign(http::ClientRequest& request, const SigningKey& key, std::string_view payload_sha256,
                  int64_t wall_ms);

}  // namespace teahouse::s3
