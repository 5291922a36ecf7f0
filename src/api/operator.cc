#include "api/handlers.h"
#include "api/json.h"

namespace teahouse::api {

Task<Outcome> ping(ApiContext& /*api*/, ApiCall /*call*/) {
  co_return make_answer(200, {{"ok", true}, {"version", TEAHOUSE_VERSION}});
}

// The answer is for a monitor that sends people elsewhere when the server is of no use. With a disk that is merely full
// it is of use.
Task<Outcome> get_health(ApiContext& api, ApiCall /*call*/) {
  const store::DiskHealth& health = api.shared().data.health();
  if (health.is_failing()) co_return store::DiskHealth::failing();
  const bool is_full = health.has(store::DiskHealth::little_space);
  co_return make_answer(200, {{"ok", true}, {"disk", is_full ? "full" : "well"}}, is_full ? "full" : "ok");
}

// The snapshot is for a backup, which goes on with it (`teahouse backup`).
Task<Outcome> make_snapshot(ApiContext& api, ApiCall /*call*/) {
  auto making = api.make_snapshot(api.loop());
  const auto house = co_await making;
  if (!house) co_return house.error();
  co_return make_answer(201, {{"house", *house}});
}

// It waits for the mail server, which may take a minute or two.
Task<Outcome> test_mail(ApiContext& api, ApiCall call) {
  auto to = call.fields.text("to");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (!api.test_mail) co_return Error{ErrorKind::service_unavailable, "This server sends no mail."};
  auto testing = api.test_mail(api.loop(), to);
  const auto said = co_await testing;
  if (!said) co_return said.error();
  co_await record(api, TenantId::server, call.by.name(), "mail.test", to);
  co_return make_answer(200, {{"to", to}, {"answer", *said}});
}

// Lists the audit of one tenant, or of the server.
Task<Outcome> list_audit(ApiContext& api, ApiCall call) {
  TenantId tenant = TenantId::server;
  if (const std::string* name = call.query.find("tenant")) {
    const TenantPtr found = api.tenants.find(*name);
    if (!found) co_return Error{ErrorKind::item_not_found, "There is no tenant '" + *name + "'."};
    tenant = found->id;
  }
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  const auto lines = co_await api.audit.list(api.loop(), tenant, page->rows);
  if (!lines) co_return lines.error();
  JsonArray rows;
  for (const AuditLine& line : *lines) {
    rows.push_back(JsonObject{{"id", line.id},
                              {"at", format_time(line.at_ms)},
                              {"actor", line.actor},
                              {"action", line.action},
                              {"detail", line.detail}});
  }
  co_return make_page("lines", std::move(rows), {});
}

}  // namespace teahouse::api
