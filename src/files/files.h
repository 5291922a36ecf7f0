// Files: what tenants' users and sites have uploaded: objects in an ObjectStore, and rows in the data plane that tell
// whose they are.
//
// A crash at any moment leaves no file without its bytes, and no bytes without a file: files.cc says how.
//
// Thread: any; tasks go on on `home`. Lifetime: it outlives the loops' work.
// Limits: the plan's file_bytes and files_total_bytes, by the tenant's Meter.
// Errors: item_not_found; not_acceptable for a file that is too large; resource_constraint where the plan has no room;
// gone for an account or tenant that is no more; those of the stores.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "files/file_info.h"
#include "files/object_store.h"
#include "files/slots.h"
#include "store/disk_health.h"
#include "tenant/tenant.h"
#include "tenant/turns.h"

namespace teahouse {

namespace store {
class DataPlane;
}

class Files {
 public:
  Files(store::DataPlane& data, const Clock& clock, std::unique_ptr<ObjectStore> objects);

  const Clock& clock() const { return clock_; }
  const store::DiskHealth& disk() const;
  Slots& slots() { return slots_; }
  ObjectStore& objects() { return *objects_; }

  // Where clients reach the files of an upload host: "{host}" stands for it. Set before the loops run.
  void set_address(std::string pattern) { address_ = std::move(pattern); }
  std::string url_of(std::string_view host, std::string_view id, std::string_view name) const;
  // The beginning of the addresses of all its files.
  std::string place_of(std::string_view host) const;

  // Room of the plan for a file on its way, given back unless it is kept.
  class Room {
   public:
    Room(std::shared_ptr<Meter> meter, int64_t bytes) : meter_(std::move(meter)), bytes_(bytes) {}
    Room(Room&& other) noexcept : meter_(std::move(other.meter_)), bytes_(other.bytes_) {}
    Room& operator=(Room&&) = delete;
    ~Room() {
      if (meter_) Meter::give_back(meter_->files_bytes, bytes_);
    }
    void keep() { meter_.reset(); }

   private:
    std::shared_ptr<Meter> meter_;
    int64_t bytes_;
  };
  // May a file of this size come? take_room() also holds its room.
  Result<void> check_size(const Tenant& tenant, int64_t bytes) const;
  Result<void> check_room(const Tenant& tenant, int64_t bytes) const;
  Result<Room> take_room(const Tenant& tenant, int64_t bytes) const;

  // Keeps what has come as a file. REQUIRES: all bytes are written; its id is new; `digest` is not known yet.
  Task<Result<FileInfo>> keep(Executor& home, TenantPtr tenant, FileInfo file, ObjectUpload& upload);
  Task<Result<FileInfo>> find(Executor& home, TenantId tenant, std::string id);
  struct Page {
    std::vector<FileInfo> files;
    std::string next_cursor;
  };
  // In the order in which they came; `cursor` is a page's next_cursor, at first empty; an empty next_cursor is the end.
  Task<Result<Page>> list(Executor& home, TenantId tenant, std::string cursor, size_t rows_max);
  Task<Result<void>> remove(Executor& home, TenantPtr tenant, std::string id);
  // All that the account has uploaded.
  Task<Result<void>> remove_of(Executor& home, TenantPtr tenant, std::string account);
  // All objects of the tenant, for good: nothing more is kept for it. Its rows go with the data plane's.
  Task<Result<void>> remove_tenant(Executor& home, TenantId tenant);
  // All files from before that time; how many they were.
  Task<Result<size_t>> trim(Executor& home, TenantPtr tenant, int64_t before_ms);

  // While it is kept no object on this machine's disk comes or goes.
  using Hold = std::vector<Turns::Turn>;
  Task<Hold> hold(Executor& home) const;

  // Ends what a crash, a failing disk or an object store that did not answer has cut off.
  Task<Result<void>> finish(Executor& home, TenantId tenant);
  // The same by and by: for all tenants that finish_later() named, and those for which it was tried in vain.
  void finish_later(TenantId tenant);
  Task<void> finish_all(Executor& home);
  // Counts the files, to start the meter with. REQUIRES: nothing of the tenant is under way.
  Task<Result<void>> count(Executor& home, TenantPtr tenant);

 private:
  struct Rows;  // the stores of one tenant

  Rows rows_of(TenantId tenant) const;
  const Turns& turns_of(const Digest& digest) const;
  bool is_gone(TenantId tenant) const;
  Task<Result<void>> settle(Executor& home, TenantId tenant, Digest digest);

  store::DataPlane& data_;
  const Clock& clock_;
  const std::unique_ptr<ObjectStore> objects_;
  Slots slots_;
  std::string address_ = "https://{host}";
  std::array<Turns, 64> turns_;  // of objects, by their digests: what is done to one is done in turns
  mutable std::mutex mutex_;
  std::set<TenantId> gone_, cut_off_;
};

}  // namespace teahouse
