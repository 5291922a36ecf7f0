// The presence of users: asked of the homes where the accounts live.
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "xmpp/namespaces.h"

namespace teahouse::api {
namespace {

constexpr size_t online_listed_max = 1000;

struct Status {
  const char* name = "offline";
  int64_t since_ms = 0;  // 0: not known
};

bool is_away(const Session& session) {
  const std::string show = session.presence()->root().child_text("show", ns::client);
  return show == "away" || show == "xa" || show == "dnd";
}

// Online with one device is online; since when, says the device that is so the longest.
Status status_of(const Resident& resident) {
  Status online{"online", 0}, away{"away", 0};
  for (const auto& session : resident.sessions()) {
    if (!session->is_available()) continue;
    Status& status = is_away(*session) ? away : online;
    status.since_ms = status.since_ms == 0 ? session->presence_ms() : std::min(status.since_ms, session->presence_ms());
  }
  if (online.since_ms != 0) return online;
  return away.since_ms != 0 ? away : Status{};
}

JsonObject show(const std::string& user_id, const Status& status) {
  JsonObject object = {{"user", user_id}, {"status", status.name}};
  if (status.since_ms != 0) object["since"] = format_time(status.since_ms);
  return object;
}

struct Present {
  std::string localpart;
  Status status;
};

struct FindStatus {
  BareJid user;
  Status answer(Home& here) const {
    const Resident* resident = here.residents().find(user.str());
    return resident ? status_of(*resident) : Status{};
  }
};

struct FindPresent {
  TenantId tenant;
  std::vector<Present> answer(Home& here) const {
    std::vector<Present> present;
    for (const Resident* resident : here.residents().of(tenant)) {
      const Status status = status_of(*resident);
      if (status.since_ms != 0) present.push_back({std::string(resident->jid().localpart()), status});
    }
    return present;
  }
};

}  // namespace

Task<Outcome> get_status(ApiContext& api, ApiCall call) {
  const auto localpart = read_own_user(call, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  const BareJid jid = account_jid(*call.tenant, *localpart);
  const Homes& homes = api.shared().homes;
  auto asked = homes.ask(api.loop(), homes.place_of(jid.str()), FindStatus{jid});
  const Status status = co_await asked;
  co_return make_answer(200, show(user_id_at(*call.tenant, *localpart), status), status.name);
}

Task<Outcome> list_online(ApiContext& api, ApiCall call) {
  auto asked = api.shared().homes.ask_each(api.loop(), FindPresent{call.tenant->id});
  auto found = co_await asked;
  std::vector<Present> present;
  for (auto& each : found) std::move(each.begin(), each.end(), std::back_inserter(present));
  std::sort(present.begin(), present.end(),
            [](const Present& a, const Present& b) { return a.localpart < b.localpart; });
  JsonArray users;
  for (const Present& one : present) {
    if (users.size() == online_listed_max) break;
    users.push_back(show(user_id_at(*call.tenant, one.localpart), one.status));
  }
  co_return make_answer(200, {{"count", present.size()}, {"users", std::move(users)}}, std::to_string(present.size()));
}

}  // namespace teahouse::api
