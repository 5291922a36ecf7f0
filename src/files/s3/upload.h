// S3Upload: an object on its way into a bucket. Its bytes lie on this machine's disk until all have come: then their
// digest is known, which names the object, and so are the digests that the requests are signed with.
//
// Thread: as ObjectUpload. Limits: in memory one piece; on the disk all bytes; in the bucket 10,000 parts.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "files/incoming.h"
#include "files/object_store.h"
#include "files/s3/bucket.h"

namespace teahouse::s3 {

// The keys to which parts are being uploaded: what the bucket has of others nobody goes on with.
// Thread: any.
class KeysInParts {
 public:
  void add(const std::string& key);
  void remove(const std::string& key);
  bool has(const std::string& key) const;

 private:
  mutable std::mutex mutex_;
  std::multiset<std::string> keys_;
};

struct S3Place {
  std::shared_ptr<Bucket> bucket;
  std::shared_ptr<KeysInParts> in_parts;
  std::string tenant_prefix;
};
std::string make_key(const std::string& tenant_prefix, const Digest& digest);

class S3Upload final : public ObjectUpload {
 public:
  S3Upload(Executor& home, Executor& disk, std::shared_ptr<IncomingFile> file, S3Place place)
      : home_(home), disk_(disk), file_(std::move(file)), place_(std::move(place)) {}
  ~S3Upload() override;

  Task<Result<void>> write(std::string bytes) override;
  Task<Result<Digest>> finish() override;
  Task<Result<void>> keep() override;

 private:
  Task<Result<void>> keep_whole(std::string key);
  Task<Result<void>> keep_in_parts(std::string key);
  Task<Result<std::string>> put_part(std::string key, std::string id, int number, uint64_t first, uint64_t bytes);
  Task<Result<void>> put_all_parts(std::string key, std::string id);
  Task<Result<void>> complete(std::string key, std::string id, std::string parts);

  Executor& home_;
  Executor& disk_;
  std::shared_ptr<IncomingFile> file_;
  const S3Place place_;
  Digest digest_;
};

}  // namespace teahouse::s3
