// ObjectStore: keeps runs of bytes that never change, each tenant's under their digests. Two of a tenant's files with
// the same bytes are one object; two tenants share none.
//
// It knows nothing of files: its user (Files) notes what it is about to do before it does it.
// Thread: any; tasks go on on `home`. Lifetime: it outlives its uploads, and loops that wait for it.
// Errors: item_not_found; storage_full; internal_server_error; service_unavailable where it is another server that does
// not answer: what was asked for may have come to pass.
#pragma once

#include <memory>
#include <string>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "http/body_source.h"

namespace teahouse {

// The address of an object: SHA-256 in hex.
using Digest = std::string;

// An object on its way in. Destroyed before it is kept it leaves nothing; what a crash leaves of it the next start
// removes.
// Thread: one task at a time.
class ObjectUpload {
 public:
  virtual ~ObjectUpload() = default;
  // Takes the next bytes; ends when more may come.
  virtual Task<Result<void>> write(std::string bytes) = 0;
  // All bytes have come: ends when they are safe, though nobody can find them yet.
  virtual Task<Result<Digest>> finish() = 0;
  // Puts them under their digest; also where that is already. Ends when a crash leaves it there. REQUIRES: finished.
  virtual Task<Result<void>> keep() = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  // Do the objects lie in the data folder, so that a snapshot of it needs them to stand still?
  virtual bool is_on_disk() const { return true; }
  virtual Task<Result<std::unique_ptr<ObjectUpload>>> begin(Executor& home, TenantId tenant) = 0;
  virtual Task<Result<std::shared_ptr<http::BodySource>>> open(Executor& home, TenantId tenant, Digest digest) = 0;
  // Ends when a crash does not bring it back; also where there is none.
  virtual Task<Result<void>> remove(Executor& home, TenantId tenant, Digest digest) = 0;
  // Every object of the tenant.
  virtual Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) = 0;
};

}  // namespace teahouse
