// Waiting: those that wait to learn what clients can do, in the order in which they came; and which of them gives way
// where there are as many as there may be.
//
// A client that shows hashes and answers for none costs its owner nothing, so a crowd of such must not keep others from
// being asked. Room is made by the crowd itself: by the account with the most waits, of the tenant with the most.
//
// Thread: its home loop.
// Limits: of a client there is one wait for an asker; how many wait at all is the owner's to keep.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "base/text_map.h"
#include "modules/caps/features.h"
#include "tenant/host_table.h"

namespace teahouse::caps {

using Learned = std::function<void(const FeaturesPtr&)>;

struct Wait {
  Learned done;
  HostPtr host;  // the asker's
  BareJid asker;
  Jid client;
  TenantId tenant{};  // the client's
  std::string key;    // of the hash
};

class Waiting {
 public:
  // Gives its number. REQUIRES: find() has none.
  uint64_t add(Wait wait);
  const Wait& at(uint64_t number) const { return waits_.at(number); }
  Wait take(uint64_t number);
  std::optional<uint64_t> find(const BareJid& asker, const Jid& client) const;
  // The oldest of the crowd. REQUIRES: count() > 0.
  uint64_t find_in_crowd() const;
  size_t count() const { return waits_.size(); }

 private:
  struct Crowd {
    TextMap<std::set<uint64_t>> accounts;  // the numbers of their clients' waits
    size_t count = 0;
  };

  std::map<uint64_t, Wait> waits_;
  TextMap<uint64_t> by_pair_;
  std::unordered_map<TenantId, Crowd> tenants_;
  uint64_t made_ = 0;
};

}  // namespace teahouse::caps
