// External services (XEP-0215): for the operator under the tenant's name, and for the tenant itself. Passwords and
// secrets go in and never out.
#include "api/handlers.h"
#include "api/json.h"
#include "base/text.h"
#include "xmpp/date_time.h"

namespace teahouse::api {
namespace {

JsonObject show(const ExternalService& service) {
  const bool is_fixed = !service.username.empty();
  JsonObject object = {{"id", service.id},
                       {"type", service.type},
                       {"host", service.host},
                       {"credentials", is_fixed                 ? "fixed"
                                       : service.secret.empty() ? "none"
                                                                : "made"},
                       {"restricted", service.restricted},
                       {"created", format_time(service.created_ms)}};
  if (service.port != 0) object["port"] = int64_t{service.port};
  if (!service.transport.empty()) object["transport"] = service.transport;
  if (!service.name.empty()) object["name"] = service.name;
  if (is_fixed) object["username"] = service.username;
  if (service.lasts_s != 0) object["lasts_s"] = service.lasts_s;
  if (service.expires_ms != 0) object["expires"] = format_time(service.expires_ms);
  return object;
}

Result<ExternalService> read(Fields& fields) {
  ExternalService service;
  service.type = fields.text("type");
  service.host = fields.text("host");
  const auto port = fields.number("port");
  service.transport = fields.optional_text("transport").value_or("");
  service.name = fields.optional_text("name").value_or("");
  service.username = fields.optional_text("username").value_or("");
  service.password = fields.optional_text("password").value_or("");
  service.secret = fields.optional_text("secret").value_or("");
  const auto lasts_s = fields.number("lasts_s");
  const std::string expires = fields.optional_text("expires").value_or("");
  service.restricted = fields.flag("restricted").value_or(false);
  if (const auto good = fields.check(); !good) return good.error();
  if (port && (*port < 1 || *port > 65535)) return bad_request("The field 'port' must be between 1 and 65535.");
  if (port) service.port = static_cast<uint16_t>(*port);
  if (lasts_s && *lasts_s < 1) return bad_request("The field 'lasts_s' must be between 60 and 604800 (7 days).");
  service.lasts_s = lasts_s.value_or(0);
  if (expires.empty()) return service;
  const auto expires_ms = parse_time(expires);
  if (!expires_ms || *expires_ms <= 0)
    return bad_request("The field 'expires' must be a time, as 2027-01-31T12:00:00Z.");
  service.expires_ms = *expires_ms;
  return service;
}

}  // namespace

Task<Outcome> list_services(ApiContext& api, ApiCall call) {
  JsonArray rows;
  const ExternalServiceList services = api.shared().keys.services.list(call.tenant->id);
  for (const ExternalService& service : *services) rows.push_back(show(service));
  co_return make_page("services", std::move(rows), {});
}

Task<Outcome> add_service(ApiContext& api, ApiCall call) {
  auto service = read(call.fields);
  if (!service) co_return service.error();
  const auto added = co_await api.shared().keys.services.add(api.loop(), call.tenant->id, std::move(*service));
  if (!added) co_return added.error();
  co_await record(api, call.tenant->id, call.by.name(), "service.add", added->type + " at " + added->host);
  co_return make_answer(201, show(*added), std::to_string(added->id));
}

Task<Outcome> remove_service(ApiContext& api, ApiCall call) {
  const auto id = parse_decimal<int64_t>(call.path("id"));
  if (!id) co_return Error{ErrorKind::item_not_found, "A service's id is a number; GET /v1/services lists them."};
  const auto removed = co_await api.shared().keys.services.remove(api.loop(), call.tenant->id, *id);
  if (!removed) co_return removed.error();
  co_await record(api, call.tenant->id, call.by.name(), "service.remove", "service " + std::to_string(*id));
  co_return make_no_content();
}

}  // namespace teahouse::api
