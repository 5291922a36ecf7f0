// Mentions: who names another's address in what is kept of him: an account in its roster, a room in its lists. By them
// what names an address is found when the address ends.
//
// They stand in the tenant of who names it. The house notes in which other tenants a domain is named, by their numbers,
// which are never used again; so nothing has to be taken back there when such a tenant goes.
//
// Thread: any; the tasks go on on `home`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/data_plane.h"
#include "xmpp/jid.h"

namespace teahouse {

struct Mention {
  TenantId tenant;
  BareJid by;
};

class Mentions {
 public:
  // `map`: the store in which the mentions are kept, beside keys that are addresses.
  Mentions(store::DataPlane& data, std::string_view map) : data_(data), map_(map) {}

  // `is_own`: the address is of the same tenant, which goes as a whole.
  void add(const Mention& mention, const BareJid& named, bool is_own) const;
  void remove(const Mention& mention, const BareJid& named) const;
  // All of the address, some of which may hold no more; `own` is its tenant, if it has one still.
  Task<Result<std::vector<Mention>>> load(Executor& home, BareJid named, std::optional<TenantId> own) const;
  Lsn forget(const std::vector<Mention>& mentions, const BareJid& named) const;

  // The addresses at this domain that other tenants name.
  Task<Result<std::vector<BareJid>>> load_named(Executor& home, std::string domain) const;
  // Mentions of any kind, when none is left.
  static Lsn forget_domain(store::DataPlane& data, std::string_view domain);

 private:
  store::DataPlane& data_;
  const std::string map_;
};

}  // namespace teahouse
