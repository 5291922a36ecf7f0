// Mentions: the keepers of another's address: an account that has it in its roster, a room that has it in its lists. By
// them what names an address is found when the address ends.
//
// A mention goes with what it is of, and all that stands of it: to name and forget again leaves nothing behind.
//
// Thread: any; the tasks go on on `home`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/stores.h"
#include "xmpp/jid.h"

namespace teahouse {

namespace store {
class DataPlane;
}

struct Mention {
  TenantId tenant;  // of the keeper
  BareJid by;
  bool is_own;  // the address is of the same tenant
};

class Mentions {
 public:
  // `map`: the store in which the mentions are kept, of the tenant and of the server, beside keys that are addresses.
  Mentions(store::DataPlane& data, std::string_view map) : data_(data), map_(map) {}

  // Both give the Lsn of the last write.
  Lsn add(const Mention& mention, const BareJid& named) const;
  Lsn remove(const Mention& mention, const BareJid& named) const;
  // All of the address, some of which may hold no more; `own` is its tenant, if it has one still.
  Task<Result<std::vector<Mention>>> load(Executor& home, BareJid named, std::optional<TenantId> own) const;
  Lsn forget(const std::vector<Mention>& mentions, const BareJid& named) const;

  // The addresses at this domain that other tenants name.
  Task<Result<std::vector<BareJid>>> load_named(Executor& home, std::string domain) const;
  // The tenant is about to go as a whole, and names nobody from now on: what stands of it outside goes now.
  Task<Result<void>> forget_tenant(Executor& home, TenantId tenant, std::string domain) const;

 private:
  store::MapStore map_of(TenantId tenant) const;

  store::DataPlane& data_;
  const std::string map_;
};

}  // namespace teahouse
