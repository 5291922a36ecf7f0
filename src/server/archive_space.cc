#include "server/archive_space.h"

namespace teahouse {

Result<void> check_archive_space(const Tenant& tenant, const store::DiskHealth& disk) {
  const auto may = disk.check_addition();
  if (!may) return may;
  const int64_t limit = tenant.limits().archive_bytes;
  if (limit < 0 || tenant.meter->archive_bytes.load(std::memory_order_relaxed) < limit) return {};
  return Error{ErrorKind::resource_constraint, "The archive of " + tenant.domain() + " is full (its plan keeps " +
                                                   std::to_string(limit) +
                                                   " bytes). The owner can remove old messages or take a larger plan."};
}

}  // namespace teahouse
