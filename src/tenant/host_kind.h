// HostKind: what a domain serves; HostName: a domain that a tenant has, and its kind.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace teahouse {

// A proxy stands between two users who send each other bytes (XEP-0065); a component is a program elsewhere that
// answers for a host (XEP-0114); calls are the conferences of rooms (XEP-0521).
enum class HostKind : uint8_t { accounts, rooms, upload, pubsub, proxy, calls, component };

struct HostKindName {
  HostKind kind;
  std::string_view name;   // in the API and in the control plane
  std::string_view title;  // what users see of it where services are listed
};
// All of them, in the order above.
std::span<const HostKindName> host_kind_names();
std::string_view to_string(HostKind kind);
std::optional<HostKind> find_host_kind(std::string_view name);

struct HostName {
  std::string domain;
  HostKind kind = HostKind::accounts;

  bool operator==(const HostName&) const = default;
};

}  // namespace teahouse
