// The addresses of users and rooms, and whether they are there, so that no page has to prepare a localpart itself or to
// write an id into a path.
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"

namespace teahouse::api {
namespace {

// Describes an address, with the name and picture of a user who has been here: everybody of a site may see those.
Task<Result<JsonObject>> describe_address(ApiContext& api, TenantPtr tenant, BareJid jid) {
  JsonObject object = {{"party", party_of(*tenant, jid)}, {"jid", jid.str()}};
  if (jid.domainpart() != tenant->domain() || !jid.has_localpart()) co_return object;
  const auto account = co_await api.shared().accounts.find(api.loop(), tenant, std::string(jid.localpart()));
  if (!account && account.error().kind != ErrorKind::item_not_found) co_return account.error();
  if (!account) co_return object;
  object["name"] = account->name.empty() ? user_id_at(*tenant, account->localpart) : account->name;
  if (!account->picture.empty()) object["picture"] = account->picture;
  co_return object;
}

}  // namespace

Task<Outcome> list_addresses(ApiContext& api, ApiCall call) {
  JsonArray addresses;
  std::string lines;
  for (const auto& [name, of] : call.query.fields()) {
    if (name != "of") continue;
    const auto party = parse_party("of", of);
    if (!party) co_return party.error();
    auto jid = party_jid(*call.tenant, *party);
    if (jid && party->kind == Party::Kind::user) {
      const auto place =
          co_await api.shared().accounts.find_place(api.loop(), call.tenant, std::string(jid->localpart()));
      if (!place) co_return place.error();
      jid = BareJid::make(*place, call.tenant->domain());
    }
    if (!jid) co_return Error{ErrorKind::bad_request, jid.error().text};
    auto object = co_await describe_address(api, call.tenant, *jid);
    if (!object) co_return object.error();
    (*object)["of"] = of;
    addresses.push_back(std::move(*object));
    lines.append(lines.empty() ? "" : "\n").append(jid->str());
  }
  if (addresses.empty()) {
    co_return Error{ErrorKind::bad_request, "Say whose address is wanted: ?of=user:42, or ?of=room:news, or several."};
  }
  co_return make_answer(200, {{"addresses", std::move(addresses)}}, lines);
}

}  // namespace teahouse::api
