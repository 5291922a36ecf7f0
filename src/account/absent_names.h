// AbsentNames: names that somebody asked for and nobody has. A client that asks again, as strangers do that try names,
// is answered as fast as for an account that is in memory, and costs the control plane nothing.
//
// Thread: any. Limits: 10,000 names; then they are all forgotten.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.h"

namespace teahouse {

class AbsentNames {
 public:
  static constexpr size_t names_max = 10'000;

  // Stands around the making of an account: from before its row can be found until after, so that a call that finds the
  // row is never told that the name is absent.
  class Making {
   public:
    Making(AbsentNames& names, TenantId tenant, std::string localpart);
    ~Making();
    Making(const Making&) = delete;

   private:
    AbsentNames& names_;
    const std::pair<TenantId, std::string> name_;
  };

  // A caller asks made() before it looks for a name; add() does nothing when an account was made since, or this one is
  // being made.
  uint64_t made() const;
  void add(TenantId tenant, std::string_view localpart, uint64_t made);
  bool has(TenantId tenant, std::string_view localpart) const;

 private:
  mutable std::mutex mutex_;
  uint64_t made_ = 0;
  std::set<std::pair<TenantId, std::string>> names_;
  std::multiset<std::pair<TenantId, std::string>> making_;  // none of them is in names_
};

}  // namespace teahouse
