#include "tenant/component_permissions.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>

#include "base/log.h"

namespace teahouse {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> iq_names = {"none", "get", "set", "both"};
constexpr std::array<std::string_view, 3> presence_names = {"none", "managed_entity", "roster"};

// The place of a value among names; none for any other.
template <size_t count>
std::optional<size_t> find_name(const std::array<std::string_view, count>& names, const json::value& value) {
  const auto* text = value.if_string();
  const auto found = text ? std::find(names.begin(), names.end(), std::string_view(*text)) : names.end();
  return found == names.end() ? std::nullopt : std::optional(static_cast<size_t>(found - names.begin()));
}

bool is_namespace(std::string_view text) {
  return !text.empty() && text.size() <= ComponentPermissions::namespace_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char each) { return each > ' ' && each <= '~'; });
}

Result<void> read_iq(const json::value& value, ComponentPermissions& permissions) {
  const auto* object = value.if_object();
  if (!object)
    return bad_request("'iq' must be an object of namespaces, as {\"http://jabber.org/protocol/pubsub\": \"set\"}.");
  for (const auto& [key, allowed] : *object) {
    if (!is_namespace(key)) {
      return bad_request("'iq' names namespaces, each of 1 to " +
                         std::to_string(ComponentPermissions::namespace_bytes_max) + " printable ASCII characters.");
    }
    const auto access = find_name(iq_names, allowed);
    if (!access) return bad_request("'iq' allows none, get, set or both for '" + std::string(key) + "'.");
    if (*access != 0) permissions.iq.insert_or_assign(std::string(key), static_cast<IqAccess>(*access));
  }
  if (permissions.iq.size() > ComponentPermissions::iq_namespaces_max) {
    return bad_request("'iq' names more than " + std::to_string(ComponentPermissions::iq_namespaces_max) +
                       " namespaces.");
  }
  return {};
}

Result<void> read_member(std::string_view name, const json::value& value, ComponentPermissions& permissions) {
  if (name == "roster") {
    const auto access = find_name(iq_names, value);
    if (!access) return bad_request("'roster' must be none, get, set or both.");
    permissions.roster = static_cast<IqAccess>(*access);
  } else if (name == "roster_push") {
    if (!value.is_bool()) return bad_request("'roster_push' must be true or false.");
    permissions.roster_push = value.get_bool();
  } else if (name == "message") {
    const auto* text = value.if_string();
    if (!text || (*text != "none" && *text != "outgoing")) return bad_request("'message' must be none or outgoing.");
    permissions.message_outgoing = *text == "outgoing";
  } else if (name == "presence") {
    const auto access = find_name(presence_names, value);
    if (!access) return bad_request("'presence' must be none, managed_entity or roster.");
    permissions.presence = static_cast<PresenceAccess>(*access);
  } else if (name == "iq") {
    return read_iq(value, permissions);
  } else {
    return bad_request("There is no permission '" + std::string(name.substr(0, 100)) +
                       "'. There are: roster, roster_push, message, presence, iq.");
  }
  return {};
}

Result<ComponentPermissions> read(const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return bad_request("Permissions are a JSON object.");
  ComponentPermissions permissions;
  for (const auto& [key, member] : *object) {
    if (const auto good = read_member(key, member, permissions); !good) return good.error();
  }
  const bool reads_roster = allows(permissions.roster, IqAccess::get);
  if (!object->contains("roster_push")) permissions.roster_push = reads_roster;
  if (permissions.roster_push && !reads_roster) {
    return bad_request("'roster_push' needs a 'roster' of get or both: it tells of what is in there.");
  }
  if (permissions.presence == PresenceAccess::roster && !reads_roster) {
    return bad_request("A 'presence' of roster needs a 'roster' of get or both.");
  }
  return permissions;
}

json::object write(const ComponentPermissions& permissions) {
  json::object iq;
  for (const auto& [ns, access] : permissions.iq) iq[ns] = std::string(to_string(access));
  return {{"roster", std::string(to_string(permissions.roster))},
          {"roster_push", permissions.roster_push},
          {"message", permissions.message_outgoing ? "outgoing" : "none"},
          {"presence", std::string(to_string(permissions.presence))},
          {"iq", std::move(iq)}};
}

}  // namespace

std::string_view to_string(IqAccess access) { return iq_names[static_cast<size_t>(access)]; }
std::string_view to_string(PresenceAccess access) { return presence_names[static_cast<size_t>(access)]; }

Result<ComponentPermissions> parse_component_permissions(std::string_view text) {
  boost::system::error_code failed;
  const auto value = json::parse({text.data(), text.size()}, failed);
  if (failed) return bad_request("Permissions are a JSON object.");
  return read(value);
}

std::string to_json(const ComponentPermissions& permissions) { return json::serialize(write(permissions)); }

PermissionMap read_permission_map(std::string_view text) {
  PermissionMap all;
  if (text.empty()) return all;
  boost::system::error_code failed;
  const auto value = json::parse({text.data(), text.size()}, failed);
  if (failed || !value.is_object()) {
    log::warning("tenant", "The permissions of components can't be read: they have none");
    return all;
  }
  for (const auto& [domain, each] : value.get_object()) {
    auto permissions = read(each);
    if (!permissions) {
      log::warning("tenant", "The permissions of a component can't be read: it has none",
                   {{"name", std::string(domain)}});
    } else if (!permissions->is_empty()) {
      all.emplace(std::string(domain), std::move(*permissions));
    }
  }
  return all;
}

std::string to_json(const PermissionMap& permissions) {
  if (permissions.empty()) return {};
  json::object all;
  for (const auto& [domain, each] : permissions) all[domain] = write(each);
  return json::serialize(all);
}

}  // namespace teahouse
