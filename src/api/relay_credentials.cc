// Credentials for the relay of calls to one user, as a browser's RTCPeerConnection takes them (RTCIceServer).
#include <algorithm>

#include "api/auth.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "xmpp/date_time.h"

namespace teahouse::api {
namespace {

bool is_ice_server(const ExternalService& service) {
  return service.type == "stun" || service.type == "stuns" || service.type == "turn" || service.type == "turns";
}

// RFC 7064 and 7065; a transport is said of a relay alone.
std::string url_of(const ExternalService& service) {
  const bool is_address6 = service.host.find(':') != std::string::npos;
  std::string url = service.type + ":" + (is_address6 ? "[" + service.host + "]" : service.host);
  if (service.port != 0) url += ":" + std::to_string(service.port);
  if (service.type.starts_with("turn") && !service.transport.empty()) url += "?transport=" + service.transport;
  return url;
}

// Neighbours that the same credentials open are one server of several URLs.
JsonArray show_servers(const std::vector<ServiceOffer>& offers) {
  JsonArray servers;
  const Credentials* last = nullptr;
  for (const ServiceOffer& offer : offers) {
    if (!is_ice_server(offer.service)) continue;
    const Credentials* credentials = offer.credentials ? &*offer.credentials : nullptr;
    const bool needs_some = offer.service.type.starts_with("turn");
    if (needs_some && !credentials) continue;  // they have run out
    const bool is_same =
        last && credentials && last->username == credentials->username && last->password == credentials->password;
    if (is_same) {
      servers.back().as_object().at("urls").as_array().push_back(to_json(url_of(offer.service)));
      continue;
    }
    JsonObject server = {{"urls", JsonArray{to_json(url_of(offer.service))}}};
    if (credentials) server["username"] = credentials->username;
    if (credentials) server["credential"] = credentials->password;
    servers.push_back(std::move(server));
    last = credentials;
  }
  return servers;
}

// When the first of them runs out; 0: none does.
int64_t first_end_ms(const std::vector<ServiceOffer>& offers) {
  int64_t first_ms = 0;
  for (const ServiceOffer& offer : offers) {
    if (!is_ice_server(offer.service) || !offer.credentials || offer.credentials->expires_ms == 0) continue;
    const int64_t ends_ms = offer.credentials->expires_ms;
    first_ms = first_ms == 0 ? ends_ms : std::min(first_ms, ends_ms);
  }
  return first_ms;
}

}  // namespace

Task<Outcome> make_relay_credentials(ApiContext& api, ApiCall call) {
  const auto localpart = read_own_user(call, call.path("id"));
  if (!localpart) co_return localpart.error();
  auto loading = load_user(api, call.tenant, call.path("id"));
  const auto account = co_await loading;
  if (!account) co_return account.error();
  if (account->disabled) co_return refuse_disabled();
  const HostPtr host = api.home.hosts().find(call.tenant->domain());
  if (!host || !api.calls) co_return Error{ErrorKind::item_not_found, "There are no calls here."};
  if (api.calls->rules(*host).media == CallMedia::off) co_return refuse_calls_off(*call.tenant);
  const BareJid jid = account_jid(*call.tenant, account->localpart);
  const std::vector<ServiceOffer> offers = api.calls->services(*host, jid.str());
  JsonObject answer = {{"user", user_id_at(*call.tenant, account->localpart)}, {"ice_servers", show_servers(offers)}};
  if (const int64_t ends_ms = first_end_ms(offers); ends_ms != 0) answer["expires"] = format_time(ends_ms);
  co_return make_answer(201, answer);
}

}  // namespace teahouse::api
