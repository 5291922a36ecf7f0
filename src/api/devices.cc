// The devices that may use a user's account, and how one of them, or all, are shut out. An owner does it by a key, a
// user for themselves by a site token (XEP-0494 is the same for XMPP).
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "server/device_sessions.h"

namespace teahouse::api {
namespace {

JsonObject show(const DeviceEntry& entry) {
  const Device& device = entry.device;
  JsonObject object = {{"id", device.id},
                       {"software", device.software},
                       {"device", device.name},
                       {"connected", entry.is_connected},
                       {"first_seen", format_time(device.first_ms)},
                       {"last_seen", format_time(device.last_ms)}};
  if (device.token_expires_ms != 0) object["token_expires"] = format_time(device.token_expires_ms);
  return object;
}

// At the account's home.
struct ListDevices {
  BareJid account;
  std::vector<Device> kept;
  std::vector<DeviceEntry> answer(Home& here) const {
    return list_devices(kept, here.residents().find(account.str()), here.clock().wall_ms());
  }
};

struct EndDevice {
  BareJid account;
  std::string device;
  Result<void> answer(Home& here) const {
    end_device_sessions(here, account, device);
    return {};
  }
};

Task<Result<std::vector<DeviceEntry>>> find_devices(ApiContext& api, TenantPtr tenant, std::string localpart) {
  auto kept =
      co_await api.shared().accounts.devices().list(api.loop(), tenant->id, localpart, tenant->site_device_keep_ms());
  if (!kept) co_return kept.error();
  const BareJid jid = account_jid(*tenant, localpart);
  const Homes& homes = api.shared().homes;
  auto asked = homes.ask(api.loop(), homes.place_of(jid.str()), ListDevices{jid, std::move(*kept)});
  auto entries = co_await asked;
  co_return entries;
}

// An empty id: all of them.
Task<Result<void>> shut_out(ApiContext& api, TenantPtr tenant, std::string localpart, std::string device) {
  auto removed = co_await api.shared().accounts.devices().remove(api.loop(), tenant->id, localpart, device);
  // A session whose client is not kept has an id too.
  if (!removed && removed.error().kind != ErrorKind::item_not_found) co_return removed;
  const BareJid jid = account_jid(*tenant, localpart);
  const Homes& homes = api.shared().homes;
  auto asked = homes.ask(api.loop(), homes.place_of(jid.str()), EndDevice{jid, device});
  auto ended = co_await asked;
  co_return ended;
}

}  // namespace

Task<Outcome> list_user_devices(ApiContext& api, ApiCall call) {
  const auto localpart = read_own_user(call, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  const auto entries = co_await find_devices(api, call.tenant, *localpart);
  if (!entries) co_return entries.error();
  JsonArray rows;
  for (const DeviceEntry& entry : *entries) rows.push_back(show(entry));
  co_return make_page("devices", std::move(rows), {});
}

Task<Outcome> remove_user_device(ApiContext& api, ApiCall call) {
  const auto localpart = read_own_user(call, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  const std::string device = call.path("device");
  const auto entries = co_await find_devices(api, call.tenant, *localpart);
  if (!entries) co_return entries.error();
  const bool is_there =
      std::ranges::any_of(*entries, [&device](const DeviceEntry& entry) { return entry.device.id == device; });
  if (!is_there) {
    co_return Error{ErrorKind::item_not_found,
                    "The user has no such device; GET /v1/users/{id}/devices lists those that there are."};
  }
  const auto ended = co_await shut_out(api, call.tenant, *localpart, device);
  if (!ended) co_return ended.error();
  co_await record(api, call.tenant->id, call.by.name(), "device.remove", *localpart + " " + device);
  co_return make_no_content();
}

Task<Outcome> remove_user_devices(ApiContext& api, ApiCall call) {
  const auto localpart = read_own_user(call, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  const auto ended = co_await shut_out(api, call.tenant, *localpart, {});
  if (!ended) co_return ended.error();
  co_await record(api, call.tenant->id, call.by.name(), "device.remove", *localpart + " all");
  co_return make_no_content();
}

}  // namespace teahouse::api
