#include "api/arranged_calls.h"

#include <boost/json.hpp>
#include <optional>

#include "api/json.h"
#include "base/random.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::api {
namespace {

namespace json = boost::json;

constexpr std::string_view map_name = "arranged_calls", all_of_them = "calls";
constexpr size_t id_bytes_max = 64, secret_characters = 22, link_bytes_max = 128;

std::string write(const ArrangedCall& call) {
  json::array parties;
  for (const ArrangedCall::Party& party : call.parties) {
    parties.push_back(json::object{{"localpart", party.localpart},
                                   {"incarnation", party.incarnation},
                                   {"hash", party.link_hash},
                                   {"joined", party.joined_ms}});
  }
  return json::serialize(json::object{{"video", int64_t{call.has_video}},
                                      {"created", call.created_ms},
                                      {"expires", call.expires_ms},
                                      {"ended", call.ended_ms},
                                      {"parties", std::move(parties)}});
}

std::optional<ArrangedCall> read(std::string id, const std::string& text) {
  json::error_code failed;
  const json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  ArrangedCall call{std::move(id),
                    number_of(object, "video") != 0,
                    number_of(object, "created"),
                    number_of(object, "expires"),
                    number_of(object, "ended"),
                    {}};
  const json::value* parties = object.if_contains("parties");
  if (!parties || !parties->is_array()) return std::nullopt;
  for (const json::value& each : parties->get_array()) {
    if (!each.is_object()) return std::nullopt;
    const json::object& party = each.get_object();
    call.parties.push_back({text_of(party, "localpart"), number_of(party, "incarnation"), text_of(party, "hash"),
                            number_of(party, "joined")});
  }
  return call;
}

bool is_forgotten(const ArrangedCall& call, int64_t now_ms) {
  return call.expires_ms + ArrangedCall::kept_ms <= now_ms;
}

store::MapStore map_of(const ApiContext& api, const Tenant& tenant) {
  return api.shared().data.map(tenant.id, map_name);
}

}  // namespace

std::string make_call_link(std::string_view id) { return std::string(id) + "." + random_token(secret_characters); }

std::string hash_call_link(std::string_view link) { return crypto::to_hex(crypto::sha256(link)); }

std::string find_call_id(std::string_view link) {
  const size_t dot = link.find('.');
  if (link.size() > link_bytes_max || dot == link.npos || dot == 0 || dot > id_bytes_max) return {};
  return std::string(link.substr(0, dot));
}

Task<Result<ArrangedCall>> load_call(ApiContext& api, TenantPtr tenant, std::string id) {
  const Error unknown{ErrorKind::item_not_found, "There is no such call."};
  if (id.empty() || id.size() > id_bytes_max) co_return unknown;
  auto loading = map_of(api, *tenant).load_entry(api.loop(), std::string(all_of_them), id);
  const auto row = co_await loading;
  if (!row) co_return row.error();
  auto call = *row ? read(std::move(id), **row) : std::nullopt;
  if (!call || is_forgotten(*call, api.home.clock().wall_ms())) co_return unknown;
  co_return std::move(*call);
}

Task<Result<void>> store_call(ApiContext& api, TenantPtr tenant, ArrangedCall call) {
  const Lsn lsn = map_of(api, *tenant).store(all_of_them, call.id, write(call));
  auto waiting = api.shared().data.wait(api.loop(), lsn);
  auto stored = co_await waiting;
  co_return stored;
}

Task<Result<void>> make_room_for_call(ApiContext& api, TenantPtr tenant) {
  const store::MapStore map = map_of(api, *tenant);
  auto counting = map.count(api.loop(), std::string(all_of_them));
  const auto count = co_await counting;
  if (!count) co_return count.error();
  if (*count < ArrangedCall::calls_max) co_return Result<void>();
  auto loading = map.load(api.loop(), std::string(all_of_them));
  const auto rows = co_await loading;
  if (!rows) co_return rows.error();
  size_t kept = 0;
  const int64_t now_ms = api.home.clock().wall_ms();
  for (const auto& row : *rows) {
    const auto call = read(row.name, row.value);
    if (call && !is_forgotten(*call, now_ms)) {
      ++kept;
    } else {
      map.remove(all_of_them, row.name);
    }
  }
  if (kept < ArrangedCall::calls_max) co_return Result<void>();
  co_return Error{ErrorKind::resource_constraint,
                  "This site has arranged 1000 calls whose links have not run out for a day. Let links last shorter "
                  "(lasts_s), or try again later."};
}

}  // namespace teahouse::api
