// Blocklist: the addresses that an account has blocked.
//
// Limits: 1,000 addresses.
// Spec: XEP-0191 section 5 (matching).
#pragma once

#include <set>
#include <string>

#include "xmpp/jid.h"

namespace teahouse {

class Blocklist {
 public:
  static constexpr size_t items_max = 1000;

  // Does one of them match? user@domain/resource and domain/resource match that resource alone; user@domain all its
  // resources; domain itself and every address there.
  bool matches(const Jid& address) const;

  bool add(const Jid& address) { return items_.insert(address.str()).second; }
  bool remove(const Jid& address) { return items_.erase(address.str()) > 0; }
  void clear() { items_.clear(); }
  const std::set<std::string, std::less<>>& items() const { return items_; }

 private:
  std::set<std::string, std::less<>> items_;
};

}  // namespace teahouse
