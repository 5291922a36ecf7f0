// ComponentPermissions: what one external component of a tenant may do with the accounts of that tenant, as its people
// say by the API; nothing at first.
//
// As JSON, for the API and the control plane alike:
//   {"roster": "both", "roster_push": true, "message": "outgoing", "presence": "roster", "iq": {"urn:xmpp:mam:2":
//   "get"}}
//
// Limits: iq_namespaces_max namespaces of namespace_bytes_max printable ASCII characters. Spec: XEP-0356.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse {

// The types of iq that are allowed: bits.
enum class IqAccess : uint8_t { none = 0, get = 1, set = 2, both = 3 };
std::string_view to_string(IqAccess access);
inline bool allows(IqAccess access, IqAccess wanted) {
  return (static_cast<uint8_t>(access) & static_cast<uint8_t>(wanted)) != 0;
}

// Each has those before it too.
enum class PresenceAccess : uint8_t { none, managed_entity, roster };
std::string_view to_string(PresenceAccess access);

struct ComponentPermissions {
  static constexpr size_t iq_namespaces_max = 50, namespace_bytes_max = 256;

  IqAccess roster = IqAccess::none;
  bool roster_push = false;  // and hears of changes
  bool message_outgoing = false;
  PresenceAccess presence = PresenceAccess::none;
  std::map<std::string, IqAccess, std::less<>> iq;  // by namespace; each allows something

  bool operator==(const ComponentPermissions&) const = default;
  bool is_empty() const { return *this == ComponentPermissions(); }
};
// By a component's domain.
using PermissionMap = std::map<std::string, ComponentPermissions, std::less<>>;

// A permission that is not named is not given; roster_push follows the roster. Errors: bad_request, with a sentence.
Result<ComponentPermissions> parse_component_permissions(std::string_view json);
std::string to_json(const ComponentPermissions& permissions);

// A column of the control plane. Of what a later program has written, and this one can't read, nothing is allowed.
PermissionMap read_permission_map(std::string_view json);
std::string to_json(const PermissionMap& permissions);

}  // namespace teahouse
