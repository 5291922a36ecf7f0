// JSON that several handlers write the same way: users, rooms, tenants, messages, pages and times. Only for .cc files
// of api/.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "account/accounts.h"
#include "account/user_id.h"
#include "api/api_call.h"
#include "server/rooms.h"
#include "store/data_plane.h"
#include "tenant/tenant.h"

namespace teahouse::api {

using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

boost::json::string to_json(std::string_view text);
// A text as a member's name.
inline boost::json::string_view as_key(std::string_view text) { return {text.data(), text.size()}; }
JsonArray to_json(const std::vector<std::string>& texts);
JsonObject to_json(const Tenant& tenant);
JsonObject to_json(const Plan& plan);
JsonObject to_json(const RoomInfo& room);
// `whole`: with the fields that are nobody else's business (role, when it was made, whether it has a password).
JsonObject to_json(const Tenant& tenant, const Account& account, bool whole);

// Of rows that are kept as JSON: empty, or 0, where there is no such member, or it is of another type.
std::string text_of(const JsonObject& object, std::string_view member);
int64_t number_of(const JsonObject& object, std::string_view member);

Answer make_answer(int status, const JsonObject& object);
Answer make_answer(int status, const JsonObject& object, std::string value);
Answer make_no_content();
// The reseller whose things a list is of: of a reseller its own, and of the operator the one that the parameter
// `reseller` names; null where that is not there. Errors: item_not_found; forbidden to a reseller for another's name.
Result<ResellerPtr> find_asked_reseller(const ApiContext& api, const ApiCall& call);
// {"<name>": [...], "next_cursor": "..."}; the cursor only where there is more.
Answer make_page(std::string_view name, JsonArray rows, std::string_view next_cursor);

}  // namespace teahouse::api
