// The devices that a user is woken on while no client of theirs is there.
#include "api/auth.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"

namespace teahouse::api {
namespace {

constexpr int64_t tests_again_s = 10;

JsonObject show(const PushDevice& device) {
  JsonObject object = {{"id", device.id},
                       {"name", device.name},
                       {"service", device.service},
                       {"text", device.shows_text},
                       {"created", format_time(device.created_ms)}};
  if (device.last_ms == 0) return object;
  JsonObject last = {{"at", format_time(device.last_ms)}, {"result", device.last_result}};
  if (device.last_status != 0) last["status"] = device.last_status;
  object["last"] = std::move(last);
  return object;
}

JsonObject show(const PushTest& test) {
  JsonObject object = {{"id", test.id}, {"name", test.name}, {"service", test.service}, {"result", test.result}};
  if (test.status != 0) object["status"] = test.status;
  if (!test.text.empty()) object["detail"] = test.text;
  return object;
}

// Whose devices: the user's of the path, who is there.
Task<Result<std::string>> find_user(ApiContext& api, TenantPtr tenant, Result<std::string> localpart, std::string id) {
  if (!localpart) co_return localpart.error();
  auto loading = load_user(api, tenant, std::move(id));
  const auto account = co_await loading;
  if (!account) co_return account.error();
  co_return localpart;
}

Task<Outcome> answer_test(ApiContext& api, TenantPtr tenant, std::string localpart) {
  auto testing = api.pushes.test(api.loop(), tenant, std::move(localpart));
  const auto results = co_await testing;
  if (!results && results.error().kind == ErrorKind::resource_constraint) {
    co_return refuse_for_now(results.error().text, tests_again_s);
  }
  if (!results) co_return results.error();
  JsonArray devices;
  for (const PushTest& result : *results) devices.push_back(show(result));
  co_return make_answer(200, {{"devices", std::move(devices)}});
}

}  // namespace

Task<Outcome> list_push_devices(ApiContext& api, ApiCall call) {
  auto finding = find_user(api, call.tenant, read_own_user(call, call.path("id")), call.path("id"));
  const auto localpart = co_await finding;
  if (!localpart) co_return localpart.error();
  auto listing = api.pushes.list(api.loop(), call.tenant, *localpart);
  const auto listed = co_await listing;
  if (!listed) co_return listed.error();
  JsonArray devices;
  for (const PushDevice& device : listed->devices) devices.push_back(show(device));
  co_return make_answer(200, {{"key", listed->key}, {"devices", std::move(devices)}}, listed->key);
}

Task<Outcome> add_push_device(ApiContext& api, ApiCall call) {
  NewPushDevice device;
  device.endpoint = call.fields.text("endpoint");
  if (!device.endpoint.starts_with("xmpp:")) {  // a push service of XMPP has no keys
    device.p256dh = call.fields.text("p256dh");
    device.auth = call.fields.text("auth");
  }
  device.name = call.fields.optional_text("name").value_or("");
  device.shows_text = call.fields.flag("text").value_or(false);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  auto finding = find_user(api, call.tenant, read_own_user(call, call.path("id")), call.path("id"));
  const auto localpart = co_await finding;
  if (!localpart) co_return localpart.error();
  auto adding = api.pushes.add(api.loop(), call.tenant, *localpart, std::move(device));
  const auto added = co_await adding;
  if (!added) co_return added.error();
  co_return make_answer(added->created ? 201 : 200, show(added->device), added->device.id);
}

Task<Outcome> remove_push_device(ApiContext& api, ApiCall call) {
  auto finding = find_user(api, call.tenant, read_own_user(call, call.path("id")), call.path("id"));
  const auto localpart = co_await finding;
  if (!localpart) co_return localpart.error();
  auto removing = api.pushes.remove(api.loop(), call.tenant, *localpart, call.path("device"));
  const auto removed = co_await removing;
  if (!removed) co_return removed.error();
  co_return make_no_content();
}

Task<Outcome> test_push(ApiContext& api, ApiCall call) {
  auto finding = find_user(api, call.tenant, read_own_user(call, call.path("id")), call.path("id"));
  const auto localpart = co_await finding;
  if (!localpart) co_return localpart.error();
  auto answering = answer_test(api, call.tenant, *localpart);
  auto outcome = co_await answering;
  co_return outcome;
}

Task<Outcome> test_account_push(ApiContext& api, ApiCall call) {
  // In a path the escapes of XEP-0106 are undone.
  const auto jid = BareJid::make(escape_localpart(call.path("localpart")), call.tenant->domain());
  if (!jid) co_return jid.error();
  auto answering = answer_test(api, call.tenant, std::string(jid->localpart()));
  auto outcome = co_await answering;
  co_return outcome;
}

}  // namespace teahouse::api
