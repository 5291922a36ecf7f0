// A tenant's API keys and signing secrets: for the operator under the tenant's name, and for the tenant itself.
#include "api/handlers.h"
#include "api/json.h"
#include "base/text.h"

namespace teahouse::api {

Task<Outcome> list_keys(ApiContext& api, ApiCall call) {
  JsonArray rows;
  for (const ApiKeyInfo& key : api.shared().keys.api.list(call.tenant->id)) {
    JsonObject row = {
        {"id", key.id}, {"hint", "sk_..." + key.hint}, {"label", key.label}, {"created", format_time(key.created_ms)}};
    if (key.last_used_ms != 0) row["last_used"] = format_time(key.last_used_ms);
    rows.push_back(std::move(row));
  }
  co_return make_page("keys", std::move(rows), {});
}

Task<Outcome> make_key(ApiContext& api, ApiCall call) {
  auto label = call.fields.optional_text("label").value_or("");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto made = co_await api.shared().keys.api.make(api.loop(), call.tenant->id, std::move(label));
  if (!made) co_return made.error();
  co_await record(api, call.tenant->id, call.by.name(), "key.make", "key " + std::to_string(made->id));
  co_return make_answer(201, {{"id", made->id}, {"api_key", made->secret}}, made->secret);
}

Task<Outcome> revoke_key(ApiContext& api, ApiCall call) {
  const auto id = parse_decimal<int64_t>(call.path("id"));
  if (!id) co_return Error{ErrorKind::item_not_found, "A key's id is a number; GET /v1/keys lists them."};
  const auto revoked = co_await api.shared().keys.api.revoke(api.loop(), call.tenant->id, *id);
  if (!revoked) co_return revoked.error();
  co_await record(api, call.tenant->id, call.by.name(), "key.revoke", "key " + std::to_string(*id));
  co_return make_no_content();
}

Task<Outcome> rotate_signing_secret(ApiContext& api, ApiCall call) {
  const auto made = co_await api.shared().keys.signing.rotate(api.loop(), call.tenant->id);
  if (!made) co_return made.error();
  co_await record(api, call.tenant->id, call.by.name(), "signing-secret.rotate", "secret " + std::to_string(made->id));
  co_return make_answer(201, {{"id", made->id}, {"signing_secret", made->secret}}, made->secret);
}

}  // namespace teahouse::api
