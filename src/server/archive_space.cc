#include "server/archive_space.h"

namespace teahouse {

Result<void> check_archive_space(const Tenant& tenant, const store::DiskHealth& disk, std::string_view sender_domain) {
  const auto may = disk.check_addition();
  if (!may) return may;
  const int64_t limit = tenant.limits().archive_bytes;
  const int64_t used = tenant.meter->archive_bytes.load(std::memory_order_relaxed);
  const bool is_own = sender_domain == tenant.domain();
  if (limit < 0 || used < (is_own ? limit : limit - limit / 4)) return {};
  if (used < limit) {
    return Error{ErrorKind::resource_constraint, "The archive of " + tenant.domain() +
                                                     " is nearly full (its plan keeps " + std::to_string(limit) +
                                                     " bytes), and what is left is for its own users."};
  }
  return Error{ErrorKind::resource_constraint, "The archive of " + tenant.domain() + " is full (its plan keeps " +
                                                   std::to_string(limit) +
                                                   " bytes). The owner can remove old messages or take a larger plan."};
}

}  // namespace teahouse
