// Bucket: requests to a bucket of an S3 server: signed, and asked again where that may help. It has a thread of its own
// with a loop, so that all loops of the house share one set of connections, and a start needs none of them.
//
// Thread: any; tasks go on on `home`. Lifetime: stop() ends what is under way with an error; it is called on
// another thread than the bucket's.
// Limits: four attempts, of which none begins later than a minute after the first; 64 connections; an answer as the
// request says, or answer_bytes_max.
// Errors: service_unavailable, in words for users; the log has the reason in words for those who run the server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "files/incoming.h"
#include "files/s3/settings.h"
#include "http/client.h"
#include "net/loop.h"

namespace teahouse::s3 {

struct S3Request {
  std::string method = "GET";
  std::string key;                                         // of the object; empty: the bucket itself
  std::vector<std::pair<std::string, std::string>> query;  // as they are, not encoded
  http::Headers headers;
  std::string body;
  // Instead of `body`: this run of bytes of a file, of which payload_sha256 is the digest in hex. The bucket's thread
  // reads it, which was written a moment ago; the file stays until the request has ended.
  const IncomingFile* file = nullptr;
  uint64_t first = 0, bytes = 0;
  std::string payload_sha256;

  bool may_be_absent = false;  // that there is no such object or upload is an answer, and no error
  bool is_optional = false;    // so is that the server knows no such request
  uint64_t answer_bytes_max = 0;
  int64_t first_byte_timeout_ms = 30'000;
};
struct S3Answer {
  int status = 0;  // 2xx, or what the request allows
  http::Headers headers;
  std::string body;
};

// For users, whatever the reason is.
Error files_unavailable();

class Bucket {
 public:
  // Errors: bad_request for a file of authorities that is none; service_unavailable without memory or descriptors.
  static Result<std::shared_ptr<Bucket>> open(S3Settings settings, const Clock& clock);
  ~Bucket();
  Bucket(const Bucket&) = delete;
  void stop();

  const S3Settings& settings() const { return settings_; }
  net::Loop& loop() { return loop_; }
  Task<Result<S3Answer>> ask(Executor& home, S3Request request);

 private:
  friend class Call;
  struct State;
  Bucket(S3Settings settings, const Clock& clock);

  const S3Settings settings_;
  net::Loop loop_;
  std::unique_ptr<State> state_;  // the loop's
};

}  // namespace teahouse::s3
