// UsageFile: the counters of this hour of all tenants, in a file that is mapped into memory: what was counted is with
// the kernel at once, and a killed server has lost none of it.
//
// After a power cut there is what the kernel had written by then: all but the last half minute or so.
//
// Thread: open() and give_all() before the loops run; all else any. Lifetime: it outlives all who count.
// Limits: 65,536 tenants; 256 bytes of the disk and 9 more for each, of which an idle one takes no memory.
// Errors: storage_full, and service_unavailable where no slot is free.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "tenant/meter.h"

namespace teahouse {

class UsageFile {
 public:
  static constexpr size_t slots_max = 65'536;

  // Makes the file where there is none. One that is damaged is put aside as PATH.damaged.
  static Result<std::unique_ptr<UsageFile>> open(const std::string& path);
  ~UsageFile();
  UsageFile(const UsageFile&) = delete;

  // The hour that is being counted, since 1970; 0 in a new file.
  int64_t hour() const;
  void set_hour(int64_t hour);

  // Gives these tenants the slots that they have; those of others are empty and free again.
  Result<void> give_all(const std::unordered_map<TenantId, Meter*>& tenants);
  // The tenant's slot, to its meter; a new one where it has none. True: it is new.
  Result<bool> give(TenantId tenant, Meter& meter);

  struct Used {
    TenantId tenant;
    UsageSlot* slot;
    std::atomic<uint8_t>* is_used;
  };
  // Those in which something was counted since they were settled.
  std::vector<Used> used() const;
  bool is_used(const UsageSlot& slot) const;

 private:
  struct Layout;

  UsageFile(int file, Layout* layout) : file_(file), layout_(layout) {}
  Result<void> make_room(size_t slots);
  Result<size_t> find_free();

  const int file_;
  Layout* const layout_;
  mutable std::mutex mutex_;  // of what follows, and of the owners
  size_t room_ = 0;           // slots for which the disk has room
  size_t end_ = 0;            // behind the last slot that has an owner
  std::vector<size_t> free_;  // before that
};

}  // namespace teahouse
