#include <boost/json/parse.hpp>

#include "api/handlers.h"
#include "api/json.h"
#include "base/text.h"
#include "tenant/usage.h"

namespace teahouse::api {
namespace {

void put_text(JsonObject& object, const Reseller& reseller, const ResellerField& field) {
  const std::string& text = reseller.*field.member;
  if (text.empty()) return;
  boost::json::error_code failed;
  auto value = field.is_object ? boost::json::parse(text, failed) : boost::json::value(to_json(text));
  if (!failed) object[as_key(field.name)] = std::move(value);
}

// Its tenants' use of each limit that Meter counts.
std::map<std::string_view, int64_t> used_by(const ApiContext& api, const Reseller& reseller) {
  std::map<std::string_view, int64_t> used;
  for (const TenantId id : api.tenants.resellers().directory().tenants_of(reseller.id)) {
    const TenantPtr tenant = api.tenants.find(id);
    if (!tenant) continue;
    for (const UsageLine& line : usage(*tenant)) {
      if (line.used) used[line.name] += *line.used;
    }
  }
  return used;
}

// Three numbers of each limit: what is allotted, what its tenants' plans give away, and what these use.
JsonObject show(const ApiContext& api, const Reseller& reseller) {
  const Given given = api.tenants.resellers().given(reseller);
  const auto used = used_by(api, reseller);
  JsonObject limits;
  for (const PlanLimitName& limit : plan_limit_names()) {
    JsonObject line = {{"limit", reseller.allotted.*limit.member}, {"given", given.limits.*limit.member}};
    if (const auto found = used.find(limit.name); found != used.end()) line["used"] = found->second;
    limits[as_key(limit.name)] = std::move(line);
  }
  JsonObject object = {{"name", reseller.name},
                       {"tenants", JsonObject{{"limit", reseller.tenants}, {"given", given.tenants}}},
                       {"oversell_percent", reseller.oversell_percent},
                       {"limits", std::move(limits)},
                       {"suspended", reseller.suspended},
                       {"created", format_time(reseller.created_ms)}};
  if (reseller.suspended) object["suspend_reason"] = reseller.suspend_reason;
  for (const ResellerField& field : reseller_fields()) put_text(object, reseller, field);
  return object;
}

ResellerChange read_reseller_change(Fields& fields) {
  ResellerChange change;
  for (const ResellerField& field : reseller_fields()) {
    auto text = field.is_object ? fields.object(field.name) : fields.optional_text(field.name);
    if (text) change.texts.emplace(field.name, std::move(*text));
  }
  change.tenants = fields.number("tenants");
  change.oversell_percent = fields.number("oversell_percent");
  for (const PlanLimitName& limit : plan_limit_names()) {
    if (const auto value = fields.number(limit.name)) change.limits.emplace(limit.name, *value);
  }
  return change;
}

Outcome answer(const ApiContext& api, const Result<ResellerPtr>& reseller) {
  if (!reseller) return reseller.error();
  return make_answer(200, show(api, **reseller));
}

}  // namespace

Result<ResellerPtr> find_asked_reseller(const ApiContext& api, const ApiCall& call) {
  const std::string* asked = call.query.find("reseller");
  if (call.by.reseller) {
    if (asked && *asked != call.by.reseller->name) return no_reseller(*asked);
    return call.by.reseller;
  }
  if (!asked || asked->empty()) return ResellerPtr();
  return api.tenants.resellers().find(*asked);
}

Task<Outcome> list_resellers(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  JsonArray rows;
  std::string last, next_cursor;
  for (const ResellerPtr& reseller : api.tenants.resellers().directory().list()) {
    if (reseller->name <= page->cursor) continue;
    if (rows.size() == page->rows) {
      next_cursor = last;
      break;
    }
    last = reseller->name;
    rows.push_back(show(api, *reseller));
  }
  co_return make_page("resellers", std::move(rows), next_cursor);
}

Task<Outcome> create_reseller(ApiContext& api, ApiCall call) {
  auto name = call.fields.text("name");
  auto change = read_reseller_change(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (!change.tenants) {
    co_return Error{ErrorKind::bad_request, "The field 'tenants' is missing: how many tenants the reseller may have."};
  }
  const auto made =
      co_await api.tenants.resellers().create(api.loop(), std::move(name), std::move(change), call.by.name());
  if (!made) co_return made.error();
  JsonObject object = show(api, *made->reseller);
  object["api_key"] = made->api_key;
  co_return make_answer(201, object, made->api_key);
}

Task<Outcome> get_reseller(ApiContext& api, ApiCall call) {
  co_return answer(api, api.tenants.resellers().find(call.path("reseller")));
}

Task<Outcome> change_reseller(ApiContext& api, ApiCall call) {
  auto change = read_reseller_change(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto changed =
      co_await api.tenants.resellers().change(api.loop(), call.path("reseller"), std::move(change), call.by.name());
  co_return answer(api, changed);
}

Task<Outcome> suspend_reseller(ApiContext& api, ApiCall call) {
  auto reason = call.fields.text("reason");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto suspended =
      co_await api.tenants.resellers().suspend(api.loop(), call.path("reseller"), std::move(reason), call.by.name());
  co_return answer(api, suspended);
}

Task<Outcome> resume_reseller(ApiContext& api, ApiCall call) {
  const auto resumed = co_await api.tenants.resellers().resume(api.loop(), call.path("reseller"), call.by.name());
  co_return answer(api, resumed);
}

Task<Outcome> remove_reseller(ApiContext& api, ApiCall call) {
  const auto removed = co_await api.tenants.resellers().remove(api.loop(), call.path("reseller"), call.by.name());
  if (!removed) co_return removed.error();
  co_return make_no_content();
}

Task<Outcome> list_reseller_keys(ApiContext& api, ApiCall call) {
  const auto reseller = api.tenants.resellers().find(call.path("reseller"));
  if (!reseller) co_return reseller.error();
  JsonArray rows;
  for (const ResellerKeyInfo& key : api.tenants.resellers().directory().keys((*reseller)->id)) {
    rows.push_back(JsonObject{
        {"id", key.id}, {"hint", "rk_..." + key.hint}, {"label", key.label}, {"created", format_time(key.created_ms)}});
  }
  co_return make_page("keys", std::move(rows), {});
}

Task<Outcome> make_reseller_key(ApiContext& api, ApiCall call) {
  auto label = call.fields.optional_text("label").value_or("");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto made =
      co_await api.tenants.resellers().make_key(api.loop(), call.path("reseller"), std::move(label), call.by.name());
  if (!made) co_return made.error();
  co_return make_answer(201, {{"id", made->id}, {"api_key", made->secret}}, made->secret);
}

Task<Outcome> revoke_reseller_key(ApiContext& api, ApiCall call) {
  const auto id = parse_decimal<int64_t>(call.path("id"));
  if (!id) co_return Error{ErrorKind::item_not_found, "A key's id is a number; the list of keys has it."};
  const auto revoked =
      co_await api.tenants.resellers().revoke_key(api.loop(), call.path("reseller"), *id, call.by.name());
  if (!revoked) co_return revoked.error();
  co_return make_no_content();
}

}  // namespace teahouse::api
