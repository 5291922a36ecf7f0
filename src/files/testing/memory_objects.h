// MemoryObjects: an ObjectStore in memory, without threads: for tests, and for the simulator, whose disk knows no
// folders.
//
// Thread: one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "files/object_store.h"

namespace teahouse::testing {

class MemoryObjects final : public ObjectStore {
 public:
  Task<Result<std::unique_ptr<ObjectUpload>>> begin(Executor& /*home*/, TenantId tenant) override {
    co_return std::unique_ptr<ObjectUpload>(std::make_unique<Upload>(*this, tenant));
  }
  Task<Result<std::shared_ptr<http::BodySource>>> open(Executor& /*home*/, TenantId tenant, Digest digest) override {
    const auto found = objects_.find({tenant, digest});
    if (found == objects_.end()) co_return Error{ErrorKind::item_not_found, "There is no such file."};
    co_return std::shared_ptr<http::BodySource>(std::make_shared<Source>(found->second));
  }
  Task<Result<void>> remove(Executor& /*home*/, TenantId tenant, Digest digest) override {
    objects_.erase({tenant, digest});
    co_return Result<void>();
  }
  Task<Result<void>> remove_tenant(Executor& /*home*/, TenantId tenant) override {
    std::erase_if(objects_, [tenant](const auto& each) { return each.first.first == tenant; });
    co_return Result<void>();
  }

 private:
  class Upload final : public ObjectUpload {
   public:
    Upload(MemoryObjects& store, TenantId tenant) : store_(store), tenant_(tenant) {}
    Task<Result<void>> write(std::string bytes) override {
      bytes_ += bytes;
      co_return Result<void>();
    }
    Task<Result<Digest>> finish() override { co_return digest(); }
    Task<Result<void>> keep() override {
      store_.objects_[{tenant_, digest()}] = SharedBytes(bytes_);
      co_return Result<void>();
    }

   private:
    Digest digest() const { return crypto::to_hex(crypto::sha256(bytes_)); }
    MemoryObjects& store_;
    const TenantId tenant_;
    std::string bytes_;
  };
  class Source final : public http::BodySource {
   public:
    explicit Source(SharedBytes bytes) : left_(std::move(bytes)) {}
    std::optional<uint64_t> size() const override { return left_.size(); }
    Task<Result<SharedBytes>> read(size_t bytes_max) override {
      const SharedBytes piece = left_.slice(left_.view().substr(0, bytes_max));
      left_ = left_.slice(left_.view().substr(piece.size()));
      co_return piece;
    }
    bool is_seekable() const override { return true; }
    void narrow(uint64_t first, uint64_t bytes) override { left_ = left_.slice(left_.view().substr(first, bytes)); }

   private:
    SharedBytes left_;
  };

  std::map<std::pair<TenantId, Digest>, SharedBytes> objects_;
};

}  // namespace teahouse::testing
