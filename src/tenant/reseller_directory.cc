#include "tenant/reseller_directory.h"

#include <algorithm>

#include "crypto/hash.h"
#include "tenant/key_rows.h"

namespace teahouse {
void ResellerDirectory::keep(const ResellerPtr& reseller) {
  const std::lock_guard lock(mutex_);
  by_name_[reseller->name] = reseller;
  by_id_[reseller->id] = reseller;
}

void ResellerDirectory::drop(const Reseller& reseller) {
  const std::lock_guard lock(mutex_);
  by_name_.erase(reseller.name);
  by_id_.erase(reseller.id);
  tenants_.erase(reseller.id);
  std::erase_if(keys_, [&](const auto& each) { return each.second.reseller == reseller.id; });
}

ResellerPtr ResellerDirectory::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

ResellerPtr ResellerDirectory::find(ResellerId id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<ResellerPtr> ResellerDirectory::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<ResellerPtr> all;
  all.reserve(by_name_.size());
  for (const auto& [name, reseller] : by_name_) all.push_back(reseller);
  return all;
}

void ResellerDirectory::set_standing(TenantId tenant, Standing standing) {
  const std::lock_guard lock(mutex_);
  if (const auto before = standings_.find(tenant); before != standings_.end()) {
    if (const auto of = tenants_.find(before->second.reseller); of != tenants_.end()) of->second.erase(tenant);
    standings_.erase(before);
  }
  if (standing.reseller != ResellerId::none) tenants_[standing.reseller].insert(tenant);
  if (standing.reseller != ResellerId::none || standing.suspended) standings_.emplace(tenant, std::move(standing));
}

void ResellerDirectory::forget(TenantId tenant) { set_standing(tenant, {}); }

Standing ResellerDirectory::standing(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = standings_.find(tenant);
  return found == standings_.end() ? Standing() : found->second;
}

ResellerPtr ResellerDirectory::reseller_of(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  const auto standing = standings_.find(tenant);
  if (standing == standings_.end()) return nullptr;
  const auto found = by_id_.find(standing->second.reseller);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<TenantId> ResellerDirectory::tenants_of(ResellerId reseller) const {
  const std::lock_guard lock(mutex_);
  const auto found = tenants_.find(reseller);
  return found == tenants_.end() ? std::vector<TenantId>() : std::vector(found->second.begin(), found->second.end());
}

void ResellerDirectory::suspend_as_it_stands(Tenant& tenant, const Standing& standing) const {
  const ResellerPtr reseller = find(standing.reseller);
  const bool with_reseller = reseller && reseller->suspended;
  tenant.suspended = standing.suspended || with_reseller;
  tenant.suspend_reason = standing.suspended ? standing.reason : with_reseller ? reseller->suspend_reason : "";
}

void ResellerDirectory::keep_key(ResellerId reseller, std::string hash, ResellerKeyInfo info) {
  const std::lock_guard lock(mutex_);
  keys_[std::move(hash)] = {reseller, std::move(info)};
}

void ResellerDirectory::drop_key(ResellerId reseller, int64_t id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(keys_, [&](const auto& each) { return each.second.reseller == reseller && each.second.info.id == id; });
}

std::vector<ResellerKeyInfo> ResellerDirectory::keys(ResellerId reseller) const {
  const std::lock_guard lock(mutex_);
  std::vector<ResellerKeyInfo> infos;
  for (const auto& [hash, key] : keys_) {
    if (key.reseller == reseller) infos.push_back(key.info);
  }
  std::sort(infos.begin(), infos.end(), [](const auto& one, const auto& other) { return one.id < other.id; });
  return infos;
}

ResellerPtr ResellerDirectory::find_by_key(std::string_view key) const {
  if (key.size() > shown_key_bytes_max) return nullptr;
  const std::string hash = crypto::sha256(key);
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(hash);
  if (found == keys_.end()) return nullptr;
  const auto reseller = by_id_.find(found->second.reseller);
  return reseller == by_id_.end() ? nullptr : reseller->second;
}

}  // namespace teahouse
