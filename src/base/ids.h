// Strong ids: two kinds of id never mix.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace teahouse {

// Names a tenant for ever: never reused, also after the tenant is removed. 0 is the server itself (no tenant).
enum class TenantId : uint64_t { server = 0 };

constexpr uint64_t raw(TenantId id) { return static_cast<uint64_t>(id); }

// A position in the data plane's one commit log, since it was opened; larger is later. Everything at or below a
// committed Lsn is on disk.
enum class Lsn : uint64_t { none = 0 };

constexpr uint64_t raw(Lsn lsn) { return static_cast<uint64_t>(lsn); }
constexpr Lsn next(Lsn lsn) { return static_cast<Lsn>(raw(lsn) + 1); }

}  // namespace teahouse
