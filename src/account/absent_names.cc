#include "account/absent_names.h"

namespace teahouse {

uint64_t AbsentNames::made() const {
  const std::lock_guard lock(mutex_);
  return made_;
}

void AbsentNames::add(TenantId tenant, std::string_view localpart, uint64_t made) {
  const std::lock_guard lock(mutex_);
  if (made != made_) return;
  if (names_.size() >= names_max) names_.clear();
  names_.emplace(tenant, localpart);
}

bool AbsentNames::has(TenantId tenant, std::string_view localpart) const {
  const std::lock_guard lock(mutex_);
  return names_.contains({tenant, std::string(localpart)});
}

void AbsentNames::remove(TenantId tenant, std::string_view localpart) {
  const std::lock_guard lock(mutex_);
  ++made_;
  names_.erase({tenant, std::string(localpart)});
}

}  // namespace teahouse
