// Messages of the past: in a room, and between two users; and what users have reported. Pages go back from the newest
// message; within a page the oldest comes first.
#include "api/archive_rows.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "xmpp/namespaces.h"

namespace teahouse::api {
namespace {

Answer make_history(ApiContext& api, const store::ArchivePage& page, const char* name, JsonArray rows) {
  const bool more = !page.complete && !page.rows.empty();
  return make_page(name, std::move(rows), more ? api.home.archive_ids().show(page.rows.front().id) : std::string());
}

// Is the message the calling user's, by the room's word? An earlier owner of the name is somebody else.
bool is_own(ApiContext& api, const ApiCall& call, const Stanza& message) {
  const auto said_by = message.child("occupant-id", ns::occupant_id);
  const auto own =
      api.rooms.occupant_id(*call.tenant, call.path("id"), call.by.user->localpart, call.by.user->incarnation);
  return said_by && own && said_by->attribute("id") == *own;
}

// A real address behind a nick is the site's to see, and one's own.
std::optional<JsonObject> show_in_room(ApiContext& api, const ApiCall& call, const store::ArchiveRow& row) {
  const auto message = read_row(row);
  if (!message) return std::nullopt;
  const std::string text = text_of(*message);
  if (text.empty()) return std::nullopt;
  JsonObject object = {{"id", api.home.archive_ids().show(row.id)},
                       {"at", format_time(row.at_ms)},
                       {"nick", message->from ? std::string(message->from->resourcepart()) : std::string()},
                       {"text", text}};
  const auto sender = BareJid::parse(row.with);
  if (!call.by.user && sender && message->from && sender->str() == message->from->bare_view()) object["from"] = "site";
  if (!sender || sender->domainpart() != call.tenant->domain()) return object;
  if (!call.by.user || is_own(api, call, *message)) object["from"] = party_of(*call.tenant, *sender);
  return object;
}

std::optional<JsonObject> show_between_two(ApiContext& api, const Tenant& tenant, const store::ArchiveRow& row) {
  const auto message = read_row(row);
  if (!message || !message->from || !message->to) return std::nullopt;
  const std::string text = text_of(*message);
  if (text.empty()) return std::nullopt;
  JsonObject object = {{"id", api.home.archive_ids().show(row.id)},
                       {"at", format_time(row.at_ms)},
                       {"from", party_of(tenant, message->from->bare())},
                       {"to", party_of(tenant, message->to->bare())},
                       {"text", text}};
  if (!message->id.empty()) object["message_id"] = message->id;
  return object;
}

// A reason of XEP-0377's own goes without its namespace.
std::string short_reason(std::string_view reason) {
  constexpr std::string_view known = "urn:xmpp:reporting:";
  return std::string(reason.starts_with(known) ? reason.substr(known.size()) : reason);
}

std::optional<JsonObject> show_report(ApiContext& api, const Tenant& tenant, const store::ArchiveRow& row) {
  const auto message = read_row(row);
  const auto report = message ? message->child("report", ns::reporting) : std::nullopt;
  if (!report || !message->from || !message->to) return std::nullopt;
  JsonObject object = {{"id", api.home.archive_ids().show(row.id)},
                       {"at", format_time(row.at_ms)},
                       {"by", party_of(tenant, message->from->bare())},
                       {"address", message->to->str()},
                       {"reason", short_reason(report->attribute("reason").value_or(""))},
                       {"text", std::string(report->child_text("text", ns::reporting))}};
  JsonArray messages;
  report->for_each_child([&](const xml::Element& child) {
    if (!child.is("stanza-id", ns::stanza_id)) return;
    messages.push_back(JsonObject{{"archive", std::string(child.attribute("by").value_or(""))},
                                  {"id", std::string(child.attribute("id").value_or(""))}});
  });
  object["messages"] = std::move(messages);
  return object;
}

// As by a user's token: a user who may not enter may not read.
Result<void> check_may_read(const ApiCall& call, const RoomInfo& room) {
  const auto checked = check_not_banned(call, room);
  if (!checked) return checked;
  if (!room.members_only || is_member(call, room)) return {};
  return Error{ErrorKind::forbidden, "The room '" + room.id + "' is for its members only."};
}

}  // namespace

Task<Outcome> list_room_messages(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  const auto query = make_history_query(*page, api.home.archive_ids());
  if (!query) co_return query.error();
  if (call.by.user) {
    const auto room = co_await api.rooms.find(api.loop(), call.tenant, call.path("id"));
    if (!room) co_return room.error();
    if (const auto may = check_may_read(call, *room); !may) co_return may.error();
  }
  const auto found = co_await api.rooms.messages(api.loop(), call.tenant, call.path("id"), *query);
  if (!found) co_return found.error();
  JsonArray messages;
  for (const store::ArchiveRow& row : found->rows) {
    if (auto shown = show_in_room(api, call, row)) messages.push_back(std::move(*shown));
  }
  co_return make_history(api, *found, "messages", std::move(messages));
}

Task<Outcome> list_user_messages(ApiContext& api, ApiCall call) {
  const auto localpart = read_own_user(call, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  auto query = make_history_query(*page, api.home.archive_ids());
  if (!query) co_return query.error();
  if (const std::string* with = call.query.find("with")) {
    const auto party = parse_party("with", *with);
    if (!party) co_return party.error();
    const auto jid = party_jid(*call.tenant, *party);
    if (!jid) co_return jid.error();
    query->with = jid->str();
  }
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  const auto archive = api.shared().data.archive(call.tenant->id, account_archive);
  const auto found = co_await archive.page(api.loop(), account_jid(*call.tenant, *localpart).str(), *query);
  if (!found) co_return found.error();
  JsonArray messages;
  for (const store::ArchiveRow& row : found->rows) {
    if (auto shown = show_between_two(api, *call.tenant, row)) messages.push_back(std::move(*shown));
  }
  co_return make_history(api, *found, "messages", std::move(messages));
}

Task<Outcome> list_reports(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  const auto query = make_history_query(*page, api.home.archive_ids());
  if (!query) co_return query.error();
  const auto archive = api.shared().data.archive(call.tenant->id, reports_archive);
  const auto found = co_await archive.page(api.loop(), call.tenant->domain(), *query);
  if (!found) co_return found.error();
  JsonArray reports;
  for (const store::ArchiveRow& row : found->rows) {
    if (auto shown = show_report(api, *call.tenant, row)) reports.push_back(std::move(*shown));
  }
  co_return make_history(api, *found, "reports", std::move(reports));
}

}  // namespace teahouse::api
