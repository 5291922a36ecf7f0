#include "account/absent_names.h"

namespace teahouse {

uint64_t AbsentNames::made() const {
  const std::lock_guard lock(mutex_);
  return made_;
}

void AbsentNames::add(TenantId tenant, std::string_view localpart, uint64_t made) {
  const std::lock_guard lock(mutex_);
  if (made != made_ || making_.contains({tenant, std::string(localpart)})) return;
  if (names_.size() >= names_max) names_.clear();
  names_.emplace(tenant, localpart);
}

bool AbsentNames::has(TenantId tenant, std::string_view localpart) const {
  const std::lock_guard lock(mutex_);
  return names_.contains({tenant, std::string(localpart)});
}

AbsentNames::Making::Making(AbsentNames& names, TenantId tenant, std::string localpart)
    : names_(names), name_(tenant, std::move(localpart)) {
  const std::lock_guard lock(names_.mutex_);
  names_.names_.erase(name_);
  names_.making_.insert(name_);
}

AbsentNames::Making::~Making() {
  const std::lock_guard lock(names_.mutex_);
  ++names_.made_;
  names_.making_.erase(names_.making_.find(name_));
}

}  // namespace teahouse
