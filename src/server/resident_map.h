// ResidentMap: the accounts in memory at one home, by bare JID and by tenant: what concerns one tenant looks at none of
// the others' accounts.
//
// Thread: the home's.
// Owns: the residents.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/text_map.h"
#include "server/resident.h"

namespace teahouse {

class ResidentMap {
 public:
  size_t size() const { return by_jid_.size(); }
  Resident* find(std::string_view bare_jid) const;
  // The tenant's, in no order. Until one is added or removed.
  const std::vector<Resident*>& of(TenantId tenant) const;

  Resident& add(std::unique_ptr<Resident> resident);  // REQUIRES: there is none of its JID
  void remove(std::string_view bare_jid);
  void remove_tenant(TenantId tenant);
  void remove_idle(int64_t monotonic_ms);  // those that may leave
  template <class F>
  void for_each(F&& visit) const {
    for (const auto& [jid, entry] : by_jid_) visit(*entry.resident);
  }

 private:
  struct Entry {
    std::unique_ptr<Resident> resident;
    size_t place;  // in its tenant's list
  };
  void leave_tenant(const Entry& entry);

  TextMap<Entry> by_jid_;
  std::unordered_map<TenantId, std::vector<Resident*>> by_tenant_;
};

}  // namespace teahouse
