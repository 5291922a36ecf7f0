#include "modules/muc/rooms_api.h"

#include <algorithm>
#include <set>

#include "account/accounts.h"
#include "account/user_id.h"
#include "modules/muc/affiliations.h"
#include "modules/muc/ask_room.h"
#include "modules/muc/messages.h"
#include "modules/muc/moderation.h"
#include "modules/muc/owner.h"
#include "server/occupant_id.h"
#include "tenant/names.h"

namespace teahouse::muc {
namespace {

constexpr size_t listed_bytes = 64 * 1024;  // of configurations that are read at once

Result<BareJid> make_room_jid(const Tenant& tenant, std::string_view id) {
  const auto localpart = localpart_of_user_id(id);
  if (!localpart) return Error{ErrorKind::bad_request, "This cannot be a room's id. " + localpart.error().text};
  return BareJid::make(*localpart, tenant.domain_of(HostKind::rooms));
}

// The user's address, also of one who has not been here yet.
Task<Result<BareJid>> find_user_jid(Accounts& accounts, Executor& home, TenantPtr tenant, std::string user) {
  const auto localpart = localpart_of_user(*tenant, user);
  if (!localpart) co_return Error{ErrorKind::bad_request, "This cannot be a user's id. " + localpart.error().text};
  const auto place = co_await accounts.find_place(home, tenant, *localpart);
  if (!place) co_return place.error();
  auto jid = BareJid::make(*place, tenant->domain());
  co_return jid;
}

// `room`: a Room, or a StoredRoom.
template <class Kept>
RoomInfo make_info(const Tenant& tenant, const BareJid& jid, const Kept& room) {
  RoomInfo info;
  info.id = user_id_of(jid.localpart());
  info.jid = jid.str();
  info.name = room.config.name;
  info.description = room.config.description;
  info.subject = room.subject.text;
  info.is_public = room.config.is_public;
  info.members_only = room.config.members_only;
  info.moderated = room.config.moderated;
  info.persistent = room.config.persistent;
  for (const auto& [user, affiliated] : room.affiliations) {
    if (affiliated.affiliation == Affiliation::none || user.domainpart() != tenant.domain()) continue;
    auto& users = affiliated.affiliation == Affiliation::outcast ? info.outcasts : info.members;
    users.push_back(user_id_at(tenant, user.localpart()));
  }
  return info;
}

RoomInfo make_info(const Room& room) {
  RoomInfo info = make_info(room.tenant(), room.jid(), room);
  info.occupants = static_cast<int64_t>(room.occupants.size());
  return info;
}

// A RoomChange whose users are addresses and whose texts fit.
struct CheckedChange {
  RoomChange change;
  std::optional<BareJid> owner;
  std::vector<BareJid> members;
};

// A line as people see it, of at most so many bytes.
Result<void> prepare_line(std::optional<std::string>& text, const char* what, size_t bytes_max) {
  if (!text) return {};
  const std::string name = std::string("The ") + what;
  if (text->size() > bytes_max) {
    return Error{ErrorKind::bad_request, name + " has at most " + std::to_string(bytes_max) + " bytes."};
  }
  auto shown = parse_shown_text(name, *text, bytes_max);
  if (!shown) return shown.error();
  text = std::move(*shown);
  return {};
}

Task<Result<CheckedChange>> check_change(Accounts& accounts, Executor& home, TenantPtr tenant, RoomChange change) {
  for (const auto& line : {prepare_line(change.name, "name", name_bytes_max),
                           prepare_line(change.description, "description", description_bytes_max),
                           prepare_line(change.subject, "subject", subject_bytes_max)}) {
    if (!line) co_return line.error();
  }
  CheckedChange checked{std::move(change), {}, {}};
  if (checked.change.owner) {
    auto jid = co_await find_user_jid(accounts, home, tenant, *checked.change.owner);
    if (!jid) co_return jid.error();
    checked.owner = std::move(*jid);
  }
  const std::vector<std::string> members = checked.change.members.value_or(std::vector<std::string>());
  for (const std::string& member : members) {
    auto jid = co_await find_user_jid(accounts, home, tenant, member);
    if (!jid) co_return jid.error();
    checked.members.push_back(std::move(*jid));
  }
  co_return checked;
}

Result<void> apply(Room& room, const CheckedChange& checked) {
  std::set<BareJid> newcomers;
  for (const auto& jid : checked.members) {
    if (room.listed_affiliation_of(jid) < Affiliation::member) newcomers.insert(jid);
  }
  if (checked.owner) newcomers.erase(*checked.owner);
  const bool new_owner = checked.owner && room.listed_affiliation_of(*checked.owner) == Affiliation::none;
  const auto space = check_affiliation_space(room, newcomers.size() + (new_owner ? 1 : 0));
  if (!space) return space;
  if (checked.owner) {
    change_affiliation(room, *checked.owner, make_affiliated(room, *checked.owner, Affiliation::owner), {});
  }
  for (const auto& jid : newcomers) change_affiliation(room, jid, {Affiliation::member, {}, {}}, {});
  ConfigChange config{room.config, {}, {}};
  const RoomChange& change = checked.change;
  config.config.persistent = true;
  if (change.name) config.config.name = *change.name;
  if (change.description) config.config.description = *change.description;
  if (change.is_public) config.config.is_public = *change.is_public;
  if (change.members_only) config.config.members_only = *change.members_only;
  if (change.moderated) config.config.moderated = *change.moderated;
  apply_config(room, config);
  room.pass_share(nullptr);
  if (change.subject && *change.subject != room.subject.text) say_subject(room, *change.subject);
  return {};
}

struct PutRoom {
  using Answer = Rooms::Put;
  BareJid jid;
  CheckedChange checked;

  void arrive(Service& service, const HostPtr& host, Room* room, const Done<Answer>& done) const {
    const bool created = !room;
    if (created) {
      const auto made = service.create(host, jid, nullptr);
      if (!made) return done(made.error());
      room = *made;
    }
    const Traffic::Batch batch(room->traffic());
    const auto applied = apply(*room, checked);
    if (!applied) return done(applied.error());
    answer<Answer>(*room, Answer{make_info(*room), created}, done);
  }
};

// Nothing of a room that is not in memory: its rows are all that there is of it.
struct FindRoom {
  using Answer = std::optional<RoomInfo>;

  static void arrive_asleep(const Done<Answer>& done) { done(Answer()); }
  static void arrive(Service&, const HostPtr&, Room* room, const Done<Answer>& done) {
    if (!room) return done(no_room());
    answer<Answer>(*room, Answer(make_info(*room)), done);
  }
};

struct RemoveRoom {
  using Answer = void;

  void arrive(Service&, const HostPtr&, Room* room, const Done<Answer>& done) const {
    if (!room) return done(no_room());
    destroy(*room, {});
    answer<void>(*room, {}, done);
  }
};

struct SetMember {
  using Answer = void;
  BareJid user;
  Affiliation wanted;

  void arrive(Service&, const HostPtr&, Room* room, const Done<Answer>& done) const {
    if (!room) return done(no_room());
    const Affiliation before = room->listed_affiliation_of(user);
    if (before == Affiliation::none && wanted == Affiliation::none) {
      return done(Error{ErrorKind::item_not_found, "This user is no member of the room."});
    }
    const auto space = before == Affiliation::none ? check_affiliation_space(*room, 1) : Result<void>();
    if (!space) return done(space);
    change_affiliation(*room, user, make_affiliated(*room, user, wanted), {});
    room->pass_share(nullptr);
    answer<void>(*room, {}, done);
  }
};

struct SayInRoom {
  using Answer = store::ArchiveId;
  BareJid jid;
  std::optional<BareJid> sender;
  Rooms::Speech speech;

  void arrive(Service& service, const HostPtr& host, Room* room, const Done<Answer>& done) const {
    if (!room && jid.localpart() == lobby_room) {
      const auto opened = service.open(host, jid, nullptr);
      if (!opened) return done(opened.error());
      room = *opened;
    }
    if (!room) return done(no_room());
    const Traffic::Batch batch(room->traffic());
    const auto said = muc::say(*room, {speech.name, sender, speech.incarnation}, speech.payload, speech.id);
    if (!said) return done(said);
    answer<Answer>(*room, *said, done);
  }
};

struct RetractInRoom {
  using Answer = bool;
  store::ArchiveId id;
  std::string reason;

  void arrive(Service&, const HostPtr&, Room* room, const Done<Answer>& done) const {
    if (!room) return done(no_room());
    retract(*room, id, {room->jid().str(), {}, reason}, [done](Room* now, const Result<void>& retracted) {
      if (!retracted) return done(retracted.error());
      answer<Answer>(*now, true, done);
    });
  }
};

struct FindOccupants {
  using Answer = std::vector<std::string>;

  void arrive(Service&, const HostPtr&, Room* room, const Done<Answer>& done) const {
    if (!room) return done(no_room());
    std::set<std::string> users;
    room->occupants.for_each([&](const Occupant& each) {
      if (each.real.domainpart() != room->tenant().domain()) return;
      users.insert(user_id_at(room->tenant(), each.real.localpart()));
    });
    done(Answer(users.begin(), users.end()));
  }
};

}  // namespace

Task<Result<Rooms::Put>> RoomsApi::put(Executor& home, TenantPtr tenant, std::string id, RoomChange change) {
  const auto jid = make_room_jid(*tenant, id);
  if (!jid) co_return jid.error();
  auto checked = co_await check_change(context_.accounts(), home, tenant, std::move(change));
  if (!checked) co_return checked.error();
  auto asked = ask_room(&context_, &home, tenant, jid, PutRoom{*jid, std::move(*checked)});
  co_return co_await asked;
}

Task<Result<RoomInfo>> RoomsApi::find(Executor& home, TenantPtr tenant, std::string id) {
  const auto jid = make_room_jid(*tenant, id);
  auto asked = ask_room(&context_, &home, tenant, jid, FindRoom{});
  auto awake = co_await asked;
  if (!awake) co_return awake.error();
  if (*awake) co_return std::move(**awake);
  const Storage storage(context_, *tenant);
  auto stored = co_await storage.load(home, *jid);
  if (!stored) co_return stored.error();
  if (!*stored) co_return no_room();
  // A read sees what is not on disk yet; nobody is told of it before it is.
  const auto committed = co_await context_.wait(home, context_.appended());
  if (!committed) co_return committed.error();
  co_return make_info(*tenant, *jid, **stored);
}

Task<Result<RoomPage>> RoomsApi::list(Executor& home, TenantPtr tenant, std::string cursor, size_t rows_max) {
  const Storage storage(context_, *tenant);
  RoomPage page;
  std::string after = std::move(cursor);  // an address: rooms are listed by theirs
  while (true) {
    const auto listed = co_await storage.list(home, after, listed_bytes);
    if (!listed) co_return listed.error();
    if (listed->empty()) co_return page;
    for (const ListedRoom& one : *listed) {
      if (one.jid.domainpart() != tenant->domain_of(HostKind::rooms)) continue;
      if (page.rooms.size() == rows_max) {
        page.next_cursor = page.rooms.back().jid;
        co_return page;
      }
      std::string id = user_id_of(one.jid.localpart());
      auto info = co_await find(home, tenant, std::move(id));
      if (!info && info.error().kind != ErrorKind::item_not_found) co_return info.error();
      if (info) page.rooms.push_back(std::move(*info));
    }
    after = listed->back().jid.str();
  }
}

Task<Result<void>> RoomsApi::remove(Executor& home, TenantPtr tenant, std::string id) {
  auto asked = ask_room(&context_, &home, tenant, make_room_jid(*tenant, id), RemoveRoom{});
  co_return co_await asked;
}

Task<Result<void>> RoomsApi::set_member(Executor& home, TenantPtr tenant, std::string id, std::string user,
                                        std::string affiliation) {
  const auto jid = co_await find_user_jid(context_.accounts(), home, tenant, std::move(user));
  if (!jid) co_return jid.error();
  const auto wanted = find_affiliation(affiliation);
  if (!wanted) co_return Error{ErrorKind::bad_request, "'affiliation' is member, admin, owner, none or outcast."};
  auto asked = ask_room(&context_, &home, tenant, make_room_jid(*tenant, id), SetMember{*jid, *wanted});
  co_return co_await asked;
}

Task<Result<store::ArchiveId>> RoomsApi::say(Executor& home, TenantPtr tenant, std::string id, Speech speech) {
  const auto jid = make_room_jid(*tenant, id);
  if (!jid) co_return jid.error();
  std::optional<BareJid> sender;
  if (!speech.user.empty()) {
    auto user = co_await find_user_jid(context_.accounts(), home, tenant, speech.user);
    if (!user) co_return user.error();
    sender = std::move(*user);
  }
  auto asked = ask_room(&context_, &home, tenant, jid, SayInRoom{*jid, std::move(sender), std::move(speech)});
  co_return co_await asked;
}

Task<Result<store::ArchivePage>> RoomsApi::messages(Executor& home, TenantPtr tenant, std::string id,
                                                    store::ArchiveQuery query) {
  auto room = co_await find(home, tenant, id);
  if (!room) co_return room.error();
  const store::ArchiveStore archive = Storage(context_, *tenant).archive();
  auto page = co_await archive.page(home, room->jid, query);
  if (!page) co_return page.error();
  // A read sees what is not on disk yet; nobody is told of it before it is.
  const auto committed = co_await context_.wait(home, context_.appended());
  if (!committed) co_return committed.error();
  co_return page;
}

Task<Result<void>> RoomsApi::retract(Executor& home, TenantPtr tenant, std::string id, store::ArchiveId message,
                                     std::string reason) {
  if (reason.size() > subject_bytes_max) {
    co_return Error{ErrorKind::bad_request, "The reason has at most " + std::to_string(subject_bytes_max) + " bytes."};
  }
  auto asked =
      ask_room(&context_, &home, tenant, make_room_jid(*tenant, id), RetractInRoom{message, std::move(reason)});
  const auto retracted = co_await asked;
  if (!retracted) co_return retracted.error();
  co_return Result<void>();
}

Result<std::string> RoomsApi::occupant_id(const Tenant& tenant, const std::string& id, const std::string& localpart,
                                          int64_t incarnation) const {
  const auto room = make_room_jid(tenant, id);
  if (!room) return room.error();
  const auto account = BareJid::make(localpart, tenant.domain());
  if (!account) return account.error();
  return make_occupant_id(tenant, *room, account->str(), incarnation);
}

Task<Result<std::vector<std::string>>> RoomsApi::occupants(Executor& home, TenantPtr tenant, std::string id) {
  auto asked = ask_room(&context_, &home, tenant, make_room_jid(*tenant, id), FindOccupants{});
  co_return co_await asked;
}

}  // namespace teahouse::muc
