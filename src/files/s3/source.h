// S3Source: an object as the body of an answer, asked for run by run, so that a slow reader holds no connection to the
// bucket.
//
// Thread: that of `home`. Lifetime: it may outlive its store; a read then fails.
// Limits: run_bytes in memory.
#pragma once

#include <memory>
#include <string>

#include "files/s3/bucket.h"
#include "http/body_source.h"

namespace teahouse::s3 {

class S3Source final : public http::BodySource {
 public:
  static constexpr size_t run_bytes = 512 * 1024;

  S3Source(std::shared_ptr<Bucket> bucket, Executor& home, std::string key, uint64_t bytes)
      : bucket_(std::move(bucket)), home_(home), key_(std::move(key)), left_(bytes) {}

  std::optional<uint64_t> size() const override { return left_; }
  bool is_seekable() const override { return true; }
  void narrow(uint64_t first, uint64_t bytes) override {
    first_ += first;
    left_ = bytes;
  }
  Task<Result<SharedBytes>> read(size_t bytes_max) override;

 private:
  Task<Result<void>> ask_for_run();

  const std::shared_ptr<Bucket> bucket_;
  Executor& home_;
  const std::string key_;
  uint64_t first_ = 0, left_;  // of what was not given out yet
  SharedBytes run_;            // begins at first_
};

}  // namespace teahouse::s3
