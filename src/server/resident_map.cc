// Each knows its place in its tenant's list; one that leaves gives the place to the last.
#include "server/resident_map.h"

namespace teahouse {

Resident* ResidentMap::find(std::string_view bare_jid) const {
  const auto found = by_jid_.find(bare_jid);
  return found == by_jid_.end() ? nullptr : found->second.resident.get();
}

const std::vector<Resident*>& ResidentMap::of(TenantId tenant) const {
  static const std::vector<Resident*> nobody;
  const auto found = by_tenant_.find(tenant);
  return found == by_tenant_.end() ? nobody : found->second;
}

Resident& ResidentMap::add(std::unique_ptr<Resident> resident) {
  Resident& added = *resident;
  std::vector<Resident*>& list = by_tenant_[added.tenant().id];
  by_jid_.emplace(added.jid().str(), Entry{std::move(resident), list.size()});
  list.push_back(&added);
  return added;
}

void ResidentMap::leave_tenant(const Entry& entry) {
  const auto found = by_tenant_.find(entry.resident->tenant().id);
  std::vector<Resident*>& list = found->second;
  Resident* const last = list.back();
  list[entry.place] = last;
  by_jid_.find(last->jid().str())->second.place = entry.place;
  list.pop_back();
  if (list.empty()) by_tenant_.erase(found);
}

void ResidentMap::remove(std::string_view bare_jid) {
  const auto found = by_jid_.find(bare_jid);
  if (found == by_jid_.end()) return;
  leave_tenant(found->second);
  by_jid_.erase(found);
}

void ResidentMap::remove_tenant(TenantId tenant) {
  const auto found = by_tenant_.find(tenant);
  if (found == by_tenant_.end()) return;
  const std::vector<Resident*> leaving = std::move(found->second);
  by_tenant_.erase(found);
  for (const Resident* resident : leaving) by_jid_.erase(by_jid_.find(resident->jid().str()));
}

void ResidentMap::remove_idle(int64_t monotonic_ms) {
  std::vector<const Resident*> idle;
  for (const auto& [jid, entry] : by_jid_) {
    if (entry.resident->may_leave(monotonic_ms)) idle.push_back(entry.resident.get());
  }
  for (const Resident* resident : idle) remove(resident->jid().str());
}

}  // namespace teahouse
