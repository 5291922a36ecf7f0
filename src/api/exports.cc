// Exports: a tenant, or one user of it, as a file; and a tenant out of such a file.
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "http/body_reader.h"
#include "transfer/transfer.h"

namespace teahouse::api {
namespace {

Error is_going(const Tenant& tenant) {
  return {ErrorKind::conflict, "The tenant '" + tenant.name + "' can't be exported: " + tenant.suspend_reason};
}
Error no_transfer() { return {ErrorKind::not_allowed, "This server makes no exports."}; }

Answer make_file(std::shared_ptr<http::BodySource> file, std::string name) {
  Answer answer;
  answer.file = std::move(file);
  answer.file_name = std::move(name);
  return answer;
}

Result<void> check_fields(const ApiContext& api, const TenantChange& fields) {
  if (const auto options = fields.find("modules"); options != fields.end()) {
    const auto checked = api.home.modules().options().check(std::get<std::string>(options->second));
    if (!checked) return checked;
  }
  const auto off = fields.find("modules_off");
  return off == fields.end() ? Result<void>()
                             : api.home.modules().check_off(std::get<std::vector<std::string>>(off->second));
}

}  // namespace

Task<Outcome> export_tenant(ApiContext& api, ApiCall call) {
  if (!api.transfer) co_return no_transfer();
  if (call.tenant->being_removed) co_return is_going(*call.tenant);
  auto file = api.transfer->export_tenant(*api.shared().files, api.loop(), call.tenant);
  if (!file) co_return file.error();
  co_await record(api, call.tenant->id, call.by.name(), "tenant.export", call.tenant->name);
  co_return make_file(std::move(*file), call.tenant->name + ".tar");
}

Task<Outcome> export_user(ApiContext& api, ApiCall call) {
  if (!api.transfer) co_return no_transfer();
  const auto localpart = localpart_of_user(*call.tenant, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  auto file = api.transfer->export_user(*api.shared().files, api.loop(), call.tenant, *account);
  if (!file) co_return file.error();
  co_await record(api, call.tenant->id, call.by.name(), "account.export", account->localpart);
  co_return make_file(std::move(*file), call.tenant->name + "-user.tar");
}

// The export's plan, or its domain, may be none of this server: the parameters name others.
Task<Outcome> import_tenant(ApiContext& api, ApiCall call) {
  if (!api.transfer) co_return no_transfer();
  transfer::ImportWanted wanted;
  wanted.name = call.query.value("name");
  wanted.domain = call.query.value("domain");
  wanted.plan = call.query.value("plan");
  wanted.check = [&api](const TenantChange& fields) { return check_fields(api, fields); };
  http::BodyReader body(api.loop(), *call.responder);
  auto importing = api.transfer->import(
      *api.shared().files, api.loop(), [&body] { return body.next(); }, std::move(wanted), call.by.name());
  const auto made = co_await importing;
  if (!made) co_return made.error();
  co_await record(api, TenantId::server, call.by.name(), "tenant.import",
                  made->tenant->name + ", " + made->tenant->domain());
  JsonObject object = to_json(*made->tenant);
  object["api_key"] = made->api_key;
  object["signing_secret"] = made->signing_secret;
  co_return make_answer(201, object, made->tenant->site_id);
}

}  // namespace teahouse::api
