#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"

namespace teahouse::api {
namespace {

RoomChange read_room_change(Fields& fields) {
  RoomChange change;
  change.name = fields.optional_text("name");
  change.description = fields.optional_text("description");
  change.subject = fields.optional_text("subject");
  change.is_public = fields.flag("public");
  change.members_only = fields.flag("members_only");
  change.moderated = fields.flag("moderated");
  change.owner = fields.optional_text("owner");
  change.members = fields.list("members");
  return change;
}

Result<void> check_user_ids(const RoomChange& change) {
  std::vector<std::string> ids = change.members.value_or(std::vector<std::string>());
  if (change.owner) ids.push_back(*change.owner);
  for (const std::string& id : ids) {
    if (const auto localpart = localpart_of_user_id(id); !localpart) return localpart.error();
  }
  return {};
}

}  // namespace

Task<Outcome> list_rooms(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  const auto found = co_await api.rooms.list(api.loop(), call.tenant, page->cursor, page->rows);
  if (!found) co_return found.error();
  JsonArray rows;
  for (const RoomInfo& room : found->rooms) rows.push_back(to_json(room));
  co_return make_page("rooms", std::move(rows), found->next_cursor);
}

Task<Outcome> put_room(ApiContext& api, ApiCall call) {
  auto change = read_room_change(call.fields);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (const auto good = check_user_ids(change); !good) co_return good.error();
  const auto put = co_await api.rooms.put(api.loop(), call.tenant, call.path("id"), std::move(change));
  if (!put) co_return put.error();
  co_return make_answer(put->created ? 201 : 200, to_json(put->room));
}

Task<Outcome> get_room(ApiContext& api, ApiCall call) {
  const auto room = co_await api.rooms.find(api.loop(), call.tenant, call.path("id"));
  if (!room) co_return room.error();
  co_return make_answer(200, to_json(*room));
}

Task<Outcome> remove_room(ApiContext& api, ApiCall call) {
  const auto removed = co_await api.rooms.remove(api.loop(), call.tenant, call.path("id"));
  if (!removed) co_return removed.error();
  co_await record(api, call.tenant->id, call.by.name(), "room.remove", call.path("id"));
  co_return make_no_content();
}

Task<Outcome> put_member(ApiContext& api, ApiCall call) {
  const auto role = call.fields.optional_text("role").value_or("member");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  if (role != "member" && role != "admin" && role != "owner" && role != "outcast") {
    co_return Error{ErrorKind::bad_request, "The field 'role' must be member, admin, owner or outcast (banned)."};
  }
  const auto localpart = localpart_of_user(*call.tenant, call.path("user"));
  if (!localpart) co_return localpart.error();
  const std::string user = user_id_at(*call.tenant, *localpart);
  const auto set = co_await api.rooms.set_member(api.loop(), call.tenant, call.path("id"), user, role);
  if (!set) co_return set.error();
  co_return make_answer(200, {{"room", call.path("id")}, {"user", user}, {"role", role}});
}

Task<Outcome> remove_member(ApiContext& api, ApiCall call) {
  const auto localpart = localpart_of_user(*call.tenant, call.path("user"));
  if (!localpart) co_return localpart.error();
  const auto set =
      co_await api.rooms.set_member(api.loop(), call.tenant, call.path("id"), user_id_of(*localpart), "none");
  if (!set) co_return set.error();
  co_return make_no_content();
}

Task<Outcome> retract_room_message(ApiContext& api, ApiCall call) {
  const auto id = api.home.archive_ids().parse(call.path("message"));
  if (!id) {
    co_return Error{ErrorKind::item_not_found,
                    "There is no message of this id. GET /v1/rooms/{id}/messages tells the ids of a room's messages."};
  }
  const std::string* reason = call.query.find("reason");
  auto retracting = api.rooms.retract(api.loop(), call.tenant, call.path("id"), *id, reason ? *reason : std::string());
  const auto retracted = co_await retracting;
  if (!retracted) co_return retracted.error();
  co_return make_no_content();
}

}  // namespace teahouse::api
