#include "api/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tenant/tenant_fields.h"

namespace teahouse::api {

boost::json::string to_json(std::string_view text) { return boost::json::string(text.data(), text.size()); }

JsonArray to_json(const std::vector<std::string>& texts) {
  JsonArray array;
  array.reserve(texts.size());
  for (const std::string& text : texts) array.emplace_back(to_json(text));
  return array;
}

JsonArray to_json(const std::vector<HostName>& hosts) {
  JsonArray array;
  for (const HostName& host : hosts) {
    array.push_back(JsonObject{{"domain", host.domain}, {"kind", to_json(to_string(host.kind))}});
  }
  return array;
}

boost::json::value to_json(const TenantField& field, const Tenant& tenant) {
  const FieldValue value = field.get(tenant);
  switch (field.type) {
    case FieldType::flag: return std::get<bool>(value);
    case FieldType::number: return std::get<int64_t>(value);
    case FieldType::list: return to_json(std::get<std::vector<std::string>>(value));
    case FieldType::text: return to_json(std::get<std::string>(value));
    case FieldType::object:
    case FieldType::settings: break;
  }
  boost::json::error_code failed;
  auto object = boost::json::parse(std::get<std::string>(value), failed);
  return failed ? nullptr : std::move(object);
}

JsonObject to_json(const Tenant& tenant) {
  JsonObject object = {{"id", raw(tenant.id)},           {"name", tenant.name},
                       {"domain", tenant.domain()},      {"rooms_domain", to_json(tenant.domain_of(HostKind::rooms))},
                       {"hosts", to_json(tenant.hosts)}, {"site", tenant.site_id},
                       {"suspended", tenant.suspended},  {"created", format_time(tenant.created_ms)}};
  if (tenant.suspended) object["suspend_reason"] = tenant.suspend_reason;
  for (const TenantField& field : tenant_fields()) {
    auto value = to_json(field, tenant);
    if (!value.is_null()) object[boost::json::string_view(field.name.data(), field.name.size())] = std::move(value);
  }
  return object;
}

JsonObject to_json(const Plan& plan) {
  JsonObject limits, over_use;
  size_t place = 0;
  for (const PlanLimitName& limit : plan_limit_names()) {
    const boost::json::string_view name(limit.name.data(), limit.name.size());
    const OverUse policy = plan.over_use(place++);
    limits[name] = plan.sold_limits().*limit.member;
    if (limit.is_counted) over_use[name] = to_json(over_use_names[static_cast<size_t>(policy)]);
  }
  return {{"name", plan.name}, {"limits", std::move(limits)}, {"over_use", std::move(over_use)}};
}

JsonObject to_json(const RoomInfo& room) {
  return {{"id", room.id},
          {"jid", room.jid},
          {"name", room.name},
          {"description", room.description},
          {"subject", room.subject},
          {"public", room.is_public},
          {"members_only", room.members_only},
          {"moderated", room.moderated},
          {"persistent", room.persistent},
          {"occupants", room.occupants},
          {"members", to_json(room.members)},
          {"banned", to_json(room.outcasts)}};
}

JsonObject to_json(const Tenant& tenant, const Account& account, bool whole) {
  const std::string id = user_id_at(tenant, account.localpart);
  JsonObject object = {{"id", id},
                       {"jid", account.localpart + "@" + tenant.domain()},
                       {"name", account.name.empty() ? id : account.name}};
  if (!account.picture.empty()) object["picture"] = account.picture;
  if (!whole) return object;
  object["role"] = account.role;
  object["has_password"] = account.has_password;
  object["disabled"] = account.disabled;
  object["created"] = format_time(account.created_ms);
  return object;
}

std::string text_of(const JsonObject& object, std::string_view member) {
  const boost::json::value* value = object.if_contains({member.data(), member.size()});
  return value && value->is_string() ? std::string(std::string_view(value->get_string())) : std::string();
}

int64_t number_of(const JsonObject& object, std::string_view member) {
  const boost::json::value* value = object.if_contains({member.data(), member.size()});
  return value && value->is_int64() ? value->get_int64() : 0;
}

Answer make_answer(int status, const JsonObject& object) {
  return {status, std::string(boost::json::serialize(object)), std::nullopt};
}
Answer make_answer(int status, const JsonObject& object, std::string value) {
  return {status, std::string(boost::json::serialize(object)), std::move(value)};
}
Answer make_no_content() { return {204, {}, std::nullopt}; }

Answer make_page(std::string_view name, JsonArray rows, std::string_view next_cursor) {
  JsonObject object;
  object[boost::json::string_view(name.data(), name.size())] = std::move(rows);
  if (!next_cursor.empty()) object["next_cursor"] = to_json(next_cursor);
  return make_answer(200, object);
}

}  // namespace teahouse::api
