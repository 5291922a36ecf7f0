#include "modules/muc/service.h"

#include "account/site_token.h"
#include "base/log.h"
#include "modules/muc/join.h"
#include "modules/muc/owner.h"
#include "modules/muc/presence.h"
#include "server/module_context.h"
#include "server/rooms.h"

namespace teahouse::muc {

namespace {

constexpr size_t counts_at_once = 8;

// A room that has no owner: the lobby, and one that a guest was the first to enter. A stranger must not rule over later
// guests.
bool is_nobodys(std::string_view room, std::string_view who) {
  return room == lobby_room || who.starts_with(guest_id_prefix);
}

}  // namespace

Service::Service(ModuleContext& context)
    : context_(context),
      loaded_(context.count_as("rooms_loaded")),
      put_to_sleep_(context.count_as("rooms_put_to_sleep")) {}

bool Service::is_awake(const BareJid& jid) const { return rooms_.contains(jid.str()) || loading_.is_held(jid.str()); }

void Service::handle(const HostPtr& host, Stanza stanza, const TicketPtr& ticket) {
  if (!stanza.from || !stanza.to) return;
  if (!stanza.to->has_localpart()) return handle_service_stanza(context_, search_, *host, stanza);
  const auto known = rooms_.find(std::string(stanza.to->bare_view()));
  if (known != rooms_.end() && !loading_.is_held(known->first)) {
    handle_in_room(host, known->second.get(), stanza, ticket);
    return;
  }
  const BareJid jid = stanza.to->bare();
  with_room(host, jid, [this, host, stanza = std::move(stanza), ticket](Result<Room*> room) {
    handle_in_room(host, std::move(room), stanza, ticket);
  });
}

void Service::handle_in_room(const HostPtr& host, Result<Room*> found, const Stanza& stanza, const TicketPtr& ticket) {
  if (!found) return refuse(context_, stanza, found.error());
  Room* room = *found;
  // A room that is being set up is not there for anybody but its owner.
  const bool hidden = room && room->locked && !room->may_enter(stanza.from->bare());
  const bool created = !room && !is_nobodys(stanza.to->localpart(), stanza.from->localpart());
  if (!room || hidden) {
    if (hidden && stanza.kind == StanzaKind::presence && stanza.type == StanzaType::none) {
      return refuse(context_, stanza, {ErrorKind::item_not_found, "This room is being set up by its owner."});
    }
    if (!handle_absent(context_, *host, stanza) || hidden) return;
    const BareJid maker = stanza.from->bare();
    const bool is_lobby = stanza.to->localpart() == lobby_room;
    auto made =
        created ? create(host, stanza.to->bare(), &maker) : open(host, stanza.to->bare(), is_lobby ? nullptr : &maker);
    if (!made) return refuse(context_, stanza, made.error());
    room = *made;
    if (created) room->set_affiliation(maker, {Affiliation::owner, {}, {}});
  }
  room->host = host;
  const std::string jid = room->jid().str();
  const Traffic::Batch batch(room->traffic(), ticket);
  created ? enter(*room, stanza, true) : handle_stanza(*room, stanza);
  settle(jid);
}

void Service::with_room(const HostPtr& host, const BareJid& jid, RoomWork work) {
  if (loading_.is_full(jid.str())) {
    return work(Error{ErrorKind::resource_constraint, "Too much waits for this room already: try again soon."});
  }
  if (loading_.is_held(jid.str())) {
    loading_.wait(jid.str(), std::move(work));
    return;
  }
  if (const auto known = rooms_.find(jid.str()); known != rooms_.end()) {
    return run(host, jid.str(), work, known->second.get());
  }
  loading_.wait(jid.str(), std::move(work));
  spawn(load(host, jid));
}

void Service::run(const HostPtr& host, const std::string& jid, const RoomWork& work, Result<Room*> room) {
  if (!room || !*room) {
    work(std::move(room));
    settle(jid);  // the work may have made it
    return;
  }
  (*room)->host = host;
  const Traffic::Batch batch((*room)->traffic());
  work(std::move(room));
  settle(jid);
}

Result<Room*> Service::create(const HostPtr& host, const BareJid& jid, const BareJid* maker) {
  if (const auto may = context_.disk().check_addition(); !may) return may.error();
  const PlanLimits& limits = host->tenant->limits();
  Meter& meter = *host->tenant->meter;
  if (maker && !meter.rooms_made.take(maker->str(), limits.rooms_per_account)) {
    return Error{ErrorKind::resource_constraint, "You have made as many rooms as the plan allows one account (" +
                                                     std::to_string(limits.rooms_per_account) +
                                                     "). Remove one of them first."};
  }
  if (!Meter::take(meter.rooms, limits.rooms)) {
    if (maker) meter.rooms_made.give_back(maker->str());
    return Error{ErrorKind::resource_constraint,
                 "There are as many rooms as the plan allows (" + std::to_string(limits.rooms) + ")."};
  }
  auto room = std::make_unique<Room>(context_, host, jid, StoredRoom{});
  room->locked = true;
  if (maker) room->config.counts_for = maker->str();
  room->config.is_public = context_.option<bool>(*host, "new_rooms_listed");
  start_sweeping();
  return rooms_.insert_or_assign(jid.str(), std::move(room)).first->second.get();
}

Result<Room*> Service::open(const HostPtr& host, const BareJid& jid, const BareJid* maker) {
  auto made = create(host, jid, maker);
  if (!made) return made;
  Room& room = **made;
  const Traffic::Batch batch(room.traffic());
  ConfigChange config{room.config, {}, {}};
  config.config.persistent = jid.localpart() == lobby_room;
  apply_config(room, config);
  return made;
}

// After each piece of work: what it left of the room.
void Service::settle(const std::string& jid) {
  const auto found = rooms_.find(jid);
  if (found == rooms_.end()) return;
  Room& room = *found->second;
  if (!room.occupants.empty()) {
    if (stopped_) return send_everybody_out(room);  // the stanza was under way as the server stopped
    return idle_.remove(jid);
  }
  if (!room.destroyed && (room.locked || (room.entered && !room.config.persistent))) {
    room.traffic()->wait_for(room.remove_stored());
    room.destroyed = true;
  }
  if (room.destroyed) return forget_destroyed(room);
  if (room.entered) {
    room.entered = false;
    room.empty_since_ms = context_.clock().monotonic_ms();
  }
  let_idle(room);
}

// Its last words may still wait for the disk; a new room of its name must not overtake them.
void Service::forget_destroyed(Room& room) {
  const HostPtr host = room.host;
  const BareJid jid = room.jid();
  Meter::give_back(host->tenant->meter->rooms);
  loading_.hold(jid.str());
  const std::shared_ptr<Traffic> traffic = room.traffic();
  idle_.remove(jid.str());
  rooms_.erase(jid.str());
  traffic->run([this, host, jid] { finish_loading(host, jid, nullptr); });
}

Task<void> Service::load(HostPtr host, BareJid jid) {
  if (!counted_.contains(host->tenant->id)) {
    Async<Result<void>> counting(context_.loop(), [this, host](Counted done) { with_count(host, std::move(done)); });
    const auto counted = co_await counting;
    if (!counted) {
      finish_loading(host, jid, &counted.error());
      co_return;
    }
  }
  const Storage storage(context_, *host->tenant);
  auto stored = co_await storage.load(context_.loop(), jid);
  if (stored && *stored) {
    rooms_.insert_or_assign(jid.str(), std::make_unique<Room>(context_, host, jid, std::move(**stored)));
    ++loaded_;
    start_sweeping();
  }
  finish_loading(host, jid, stored ? nullptr : &stored.error());
}

void Service::finish_loading(const HostPtr& host, const BareJid& jid, const Error* error) {
  const HostPtr now = context_.current(host);
  const bool is_served = now != nullptr;  // the tenant may have been removed meanwhile
  if (!is_served) {
    idle_.remove(jid.str());
    rooms_.erase(jid.str());
  }
  loading_.release(jid.str(), [&](const RoomWork& work) {
    if (!is_served) return work(Error{ErrorKind::item_not_found, "There is no such room."});
    const auto found = rooms_.find(jid.str());
    Room* room = found == rooms_.end() ? nullptr : found->second.get();
    run(now, jid.str(), work, error ? Result<Room*>(*error) : Result<Room*>(room));
  });
}

void Service::with_count(const HostPtr& host, Counted work) {
  const TenantId tenant = host->tenant->id;
  if (counted_.contains(tenant)) return work({});
  if (counting_.wait(tenant, std::move(work))) spawn(count(host));
}

// The server may begin with thousands of tenants: where all were counted at once, memory would be taken for each.
void Service::count_soon(const HostPtr& host) {
  if (counted_.contains(host->tenant->id)) return;
  uncounted_.insert_or_assign(host->tenant->id, host);
  count_next();
}

void Service::count_next() {
  while (counts_of_uncounted_ < counts_at_once && !uncounted_.empty()) {
    const HostPtr host = uncounted_.extract(uncounted_.begin()).mapped();
    if (counted_.contains(host->tenant->id)) continue;
    ++counts_of_uncounted_;
    with_count(host, [this](const Result<void>&) {
      --counts_of_uncounted_;
      count_next();
    });
  }
}

// Each home counts its own rooms, before it loads or makes any. The temporary ones among them are loaded, so that the
// sweep finds them if nobody comes back.
Task<void> Service::count(HostPtr host) {
  const TenantId tenant = host->tenant->id;
  const Storage storage(context_, *host->tenant);
  const auto rooms = co_await storage.list(context_.loop());
  if (!rooms) {  // the next caller counts again
    log::error("muc", "the rooms of a tenant could not be counted", {{"error", rooms.error().text}});
    counting_.release(tenant, [&](const Counted& work) { work(rooms.error()); });
    co_return;
  }
  std::vector<BareJid> temporary;
  int64_t count = 0;
  for (const auto& room : *rooms) {
    if (!context_.is_home_of(room.jid.str())) continue;
    ++count;
    const std::string& holder = room.config.counts_for;
    if (!holder.empty()) host->tenant->meter->rooms_made.take(holder, unlimited);
    if (!room.config.persistent) temporary.push_back(room.jid);
  }
  host->tenant->meter->rooms.fetch_add(count, std::memory_order_relaxed);
  if (context_.current(host)) counted_.insert(tenant);
  counting_.release(tenant, [](const Counted& work) { work({}); });
  for (const auto& jid : temporary) load_temporary(host, jid);
}

void Service::load_temporary(const HostPtr& host, const BareJid& jid) {
  const HostPtr now = context_.find_host(*host->tenant, jid.domainpart());
  if (!now) return;
  with_room(now, jid, [this, now, jid](const Result<Room*>& room) {
    if (room) return;
    not_loaded_.emplace_back(now, jid);
    start_sweeping();
  });
}

bool Service::is_at(const Host& host) const { return context_.is_at(host); }

// A room that was made while its host was being removed, which has none, ends with it.
void Service::end_rooms_without_host(const Tenant& tenant) {
  std::vector<std::string> jids;
  for (const auto& [jid, room] : rooms_) {
    if (room->tenant().id == tenant.id && !context_.find_host(tenant, room->jid().domainpart())) jids.push_back(jid);
  }
  end_each(jids, [](Room& room) { destroy(room, {{}, {}, "This host was removed."}); });
}

void Service::tenant_changed(const TenantPtr& tenant) {
  end_rooms_without_host(*tenant);
  for (const HostName& name : tenant->hosts) {
    const HostPtr host = name.kind == HostKind::rooms ? context_.find_host(*tenant, name.domain) : nullptr;
    if (!host) continue;
    count_soon(host);
    for (const auto& [jid, room] : rooms_) {
      if (room->jid().domainpart() == host->domain) room->host = host;
    }
  }
  if (tenant->suspended) empty_rooms_of(*tenant);
}

void Service::tenant_removed(const TenantPtr& tenant) {
  if (context_.find_host(*tenant, tenant->domain())) {  // it goes without rooms for a while; they stay, and count
    return empty_rooms_of(*tenant);
  }
  counted_.erase(tenant->id);
  uncounted_.erase(tenant->id);
  std::vector<std::unique_ptr<Room>> leaving;
  for (auto at = rooms_.begin(); at != rooms_.end();) {
    if (at->second->tenant().id != tenant->id) {
      ++at;
      continue;
    }
    leaving.push_back(std::move(at->second));
    idle_.remove(at->first);
    at = rooms_.erase(at);
  }
  for (const auto& room : leaving) {
    const Traffic::Batch batch(room->traffic());
    send_everybody_away(*room, {{332}, {}, {}, {}, {}}, {});
  }
}

void Service::forget_invitations(const BareJid& user) {
  for (const auto& [jid, room] : rooms_) {
    if (room->locked) room->forget_invitations(user);  // the others are stored, and have mentions of their people
  }
}

int64_t Service::count_occupants() const {
  int64_t count = 0;
  for (const auto& [jid, room] : rooms_) count += static_cast<int64_t>(room->occupants.size());
  return count;
}

void Service::stop() {
  stopped_ = true;
  empty_rooms([](const Room&) { return true; });
  doze_timer_.stop();
}

void Service::peer_lost(const Host& host, const std::string& peer) {
  std::vector<std::string> jids;
  for (const auto& [jid, room] : rooms_) {
    if (room->jid().domainpart() == host.domain) jids.push_back(jid);
  }
  for (const auto& jid : jids) {
    const auto found = rooms_.find(jid);
    if (found == rooms_.end()) continue;
    {
      const Traffic::Batch batch(found->second->traffic());
      remove_people_of(*found->second, peer);
    }
    settle(jid);
  }
}

void Service::empty_rooms_of(const Tenant& tenant) {
  empty_rooms([id = tenant.id](const Room& room) { return room.tenant().id == id; });
}

void Service::empty_rooms(const std::function<bool(const Room&)>& wanted) {
  std::vector<std::string> jids;
  for (const auto& [jid, room] : rooms_) {
    if (wanted(*room)) jids.push_back(jid);
  }
  for (const auto& jid : jids) {
    const auto found = rooms_.find(jid);
    if (found == rooms_.end()) continue;
    send_everybody_out(*found->second);
    let_idle(*found->second);
  }
}

void Service::send_everybody_out(Room& room) const {
  const Traffic::Batch batch(room.traffic());
  send_everybody_away(room, {{332}, {}, {}, {}, {}}, {});
  room.occupants = Occupants();
  room.entered = false;  // a temporary room waits for its people to come back
  room.empty_since_ms = context_.clock().monotonic_ms();
  room.store_slow_mode();
}

void Service::start_sweeping() {
  if (sweep_timer_.running()) return;
  sweep_timer_ = context_.loop().start_timer(sweep_every_ms, [this] { sweep(); });
}

void Service::end_each(const std::vector<std::string>& jids, const std::function<void(Room&)>& end) {
  for (const auto& jid : jids) {
    const auto found = rooms_.find(jid);
    if (found == rooms_.end()) continue;  // it went with an earlier one
    const Traffic::Batch batch(found->second->traffic());
    end(*found->second);
    settle(jid);
  }
}

void Service::sweep() {
  const int64_t now_ms = context_.clock().monotonic_ms();
  std::vector<std::string> abandoned, unconfigured;
  for (const auto& [jid, each] : rooms_) {
    const Room& room = *each;
    const int64_t empty_ms = room.occupants.empty() ? now_ms - room.empty_since_ms : 0;
    const bool is_abandoned = empty_ms >= abandoned_room_ms && !room.config.persistent;
    if (room.locked && now_ms - room.made_ms >= 1000 * context_.option<int64_t>(*room.host, "unconfigured_time")) {
      unconfigured.push_back(jid);
    } else if (is_abandoned && room.traffic()->waiting() == 0 && !loading_.is_held(jid)) {
      abandoned.push_back(jid);
    }
  }
  end_each(abandoned, [](Room& room) { room.entered = true; });  // as if its last occupant had left now
  end_each(unconfigured, [this](Room& room) {
    const std::string minutes = std::to_string(context_.option<int64_t>(*room.host, "unconfigured_time") / 60);
    destroy(room, {{}, {}, "The room was not configured in " + minutes + " minutes."});
  });
  for (const auto& [host, jid] : std::exchange(not_loaded_, {})) load_temporary(host, jid);
  if (!rooms_.empty()) sweep_timer_ = context_.loop().start_timer(sweep_every_ms, [this] { sweep(); });
}

}  // namespace teahouse::muc
