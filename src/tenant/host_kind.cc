#include "tenant/host_kind.h"

#include <array>

namespace teahouse {

std::span<const HostKindName> host_kind_names() {
  static constexpr std::array<HostKindName, 7> names = {{
      {HostKind::accounts, "accounts", "Accounts"},
      {HostKind::rooms, "rooms", "Rooms"},
      {HostKind::upload, "upload", "Files"},
      {HostKind::pubsub, "pubsub", "Publications"},
      {HostKind::proxy, "proxy", "File transfer"},
      {HostKind::calls, "calls", "Calls"},
      {HostKind::component, "component", "Component"},
  }};
  return names;
}

std::string_view to_string(HostKind kind) { return host_kind_names()[static_cast<size_t>(kind)].name; }

std::optional<HostKind> find_host_kind(std::string_view name) {
  for (const HostKindName& each : host_kind_names()) {
    if (each.name == name) return each.kind;
  }
  return std::nullopt;
}

}  // namespace teahouse
