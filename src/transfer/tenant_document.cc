#include "transfer/tenant_document.h"

#include <boost/json.hpp>

#include "crypto/encoding.h"
#include "transfer/limits.h"

namespace teahouse::transfer {
namespace {

namespace json = boost::json;

constexpr std::string_view format = "teahouse-export";
constexpr size_t secret_bytes = 32;

Error unreadable(std::string_view member) {
  return bad_request("tenant.json of the export can't be read: '" + std::string(member) +
                     "' is missing, or of another type.");
}

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

json::value to_value(const TenantField& field, const Tenant& tenant) {
  const FieldValue value = field.get(tenant);
  if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  if (const int64_t* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return json::array(list->begin(), list->end());
  const std::string& text = std::get<std::string>(value);
  if (field.type == FieldType::text) return json::value(text);
  return text.empty() ? json::value(nullptr) : json::parse(text);  // written here, and checked when it came
}

std::optional<FieldValue> from_value(const TenantField& field, const json::value& value) {
  switch (field.type) {
    case FieldType::flag: return value.is_bool() ? std::optional<FieldValue>(value.as_bool()) : std::nullopt;
    case FieldType::number: return value.is_int64() ? std::optional<FieldValue>(value.as_int64()) : std::nullopt;
    case FieldType::text:
      return value.is_string() ? std::optional<FieldValue>(std::string(value.as_string())) : std::nullopt;
    case FieldType::list: {
      if (!value.is_array()) return std::nullopt;
      std::vector<std::string> list;
      for (const json::value& each : value.as_array()) {
        if (!each.is_string()) return std::nullopt;
        list.emplace_back(each.as_string());
      }
      return FieldValue(std::move(list));
    }
    case FieldType::object:
    case FieldType::settings:
      return value.is_object() ? std::optional<FieldValue>(json::serialize(value)) : std::nullopt;
  }
  return std::nullopt;
}

const std::string* find_text(const json::object& object, std::string_view name, std::string& kept) {
  const json::value* value = object.if_contains(view(name));
  if (!value || !value->is_string()) return nullptr;
  kept = std::string(value->as_string());
  return &kept;
}

Result<void> read_hosts(const json::object& object, NewTenant& wanted) {
  const json::value* hosts = object.if_contains("hosts");
  if (!hosts || !hosts->is_array()) return unreadable("hosts");
  for (const json::value& each : hosts->as_array()) {
    std::string domain, kind;
    const bool is_host =
        each.is_object() && find_text(each.as_object(), "domain", domain) && find_text(each.as_object(), "kind", kind);
    const auto known = is_host ? find_host_kind(kind) : std::nullopt;
    if (!is_host) return unreadable("hosts");
    if (!known) return bad_request("The export has a host of a kind that this server does not know: '" + kind + "'.");
    if (*known != HostKind::accounts) wanted.hosts.push_back({domain, *known});
  }
  wanted.only_hosts = true;
  return {};
}

Result<void> read_fields(const json::object& object, NewTenant& wanted) {
  const json::value* all = object.if_contains("fields");
  if (!all || !all->is_object()) return unreadable("fields");
  for (const TenantField& field : tenant_fields()) {  // one that is newer than the export, or empty, has its default
    const json::value* value = all->as_object().if_contains(view(field.name));
    if (!value || value->is_null()) continue;
    auto read = from_value(field, *value);
    if (!read) return unreadable(field.name);
    wanted.fields.emplace(field.name, std::move(*read));
  }
  return {};
}

Result<void> read_tenant(const json::object& object, ArrivingTenant& tenant) {
  std::string secret;
  for (const auto& [name, text] : {std::pair<std::string_view, std::string*>{"name", &tenant.wanted.name},
                                   {"domain", &tenant.wanted.domain},
                                   {"site", &tenant.site_id},
                                   {"occupant_id_secret", &secret}}) {
    if (!find_text(object, name, *text)) return unreadable(name);
  }
  auto bytes = crypto::parse_base64(secret);
  if (!bytes || bytes->size() != secret_bytes) return unreadable("occupant_id_secret");
  tenant.occupant_id_secret = std::move(*bytes);
  if (!tenant.site_id.starts_with("pk_") || tenant.site_id.size() > 64) return unreadable("site");
  const json::value* created = object.if_contains("created_ms");
  if (!created || !created->is_int64() || created->as_int64() < 0) return unreadable("created_ms");
  tenant.created_ms = created->as_int64();
  const json::value* permissions = object.if_contains("component_permissions");
  if (!permissions || !permissions->is_object()) return unreadable("component_permissions");
  tenant.component_permissions = read_permission_map(json::serialize(*permissions));
  if (const auto read = read_hosts(object, tenant.wanted); !read) return read;
  return read_fields(object, tenant.wanted);
}

}  // namespace

std::string write_tenant_document(const Tenant& tenant, bool is_of_one_user, int64_t now_ms) {
  json::object document = {
      {"format", view(format)}, {"version", format_version},          {"of", is_of_one_user ? "user" : "tenant"},
      {"made_ms", now_ms},      {"by", "Teahouse " TEAHOUSE_VERSION}, {"domain", tenant.domain()}};
  if (is_of_one_user) return json::serialize(document) + "\n";
  json::array hosts;
  for (const HostName& host : tenant.hosts) {
    hosts.push_back(json::object{{"domain", host.domain}, {"kind", view(to_string(host.kind))}});
  }
  json::object fields;
  for (const TenantField& field : tenant_fields()) fields[view(field.name)] = to_value(field, tenant);
  const std::string permissions = to_json(tenant.component_permissions);
  document["tenant"] = json::object{
      {"name", tenant.name},
      {"domain", tenant.domain()},
      {"site", tenant.site_id},
      {"created_ms", tenant.created_ms},
      {"occupant_id_secret", crypto::to_base64(tenant.occupant_id_secret)},
      {"hosts", std::move(hosts)},
      {"fields", std::move(fields)},
      {"component_permissions", permissions.empty() ? json::value(json::object()) : json::parse(permissions)}};
  return json::serialize(document) + "\n";
}

Result<TenantDocument> parse_tenant_document(std::string_view text) {
  json::error_code failed;
  const json::value value = json::parse(view(text), failed);
  std::string said, of;
  if (failed || !value.is_object() || !find_text(value.as_object(), "format", said) || said != format) {
    return bad_request("This is no export of Teahouse.");
  }
  const json::object& object = value.as_object();
  const json::value* version = object.if_contains("version");
  if (!version || !version->is_int64() || version->as_int64() < 1) return unreadable("version");
  if (version->as_int64() > format_version) {
    return bad_request("This export has the format " + std::to_string(version->as_int64()) +
                       ", and this server reads up to " + std::to_string(format_version) +
                       ". Import it with a newer Teahouse.");
  }
  if (!find_text(object, "of", of)) return unreadable("of");
  TenantDocument document;
  document.is_of_one_user = of == "user";
  if (document.is_of_one_user) return document;
  const json::value* tenant = object.if_contains("tenant");
  if (of != "tenant" || !tenant || !tenant->is_object()) return unreadable("tenant");
  if (const auto read = read_tenant(tenant->as_object(), document.tenant); !read) return read.error();
  return document;
}

}  // namespace teahouse::transfer
