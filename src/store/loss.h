// Loss: a part of the data plane that can't be read: whose it is, and where it stands.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/ids.h"

namespace teahouse::store {

// How a tenant is called; its number where that is not known.
using TenantNames = std::function<std::string(TenantId)>;

struct Loss {
  // Where what may be lost begins and ends: the least and the greatest that it can have held.
  struct End {
    TenantId tenant = TenantId::server;
    std::string store, owner;      // empty: the first, or the last, of all; the owner is an account or a room
    std::optional<int64_t> at_ms;  // of an archive's row
  };
  End first, last;
  uint64_t rows = 0;  // that are lost of this file at most, notes of their removal among them; 0 where nobody knows
  std::string file;
  uint64_t offset = 0, bytes = 0;
  bool set_aside = false;  // by the running server
};

std::string name_tenant(TenantId tenant, const TenantNames& names);
// "tenant shop, archive: at most 12 rows of romeo@shop.example from TIME to TIME".
std::string to_text(const Loss& loss, const TenantNames& names);
// The stores in it: one name, or the first and the last.
std::string stores_of(const Loss& loss);

}  // namespace teahouse::store
