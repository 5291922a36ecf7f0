#include "modules/muc/rooms_api.h"

#include <algorithm>
#include <set>

#include "account/accounts.h"
#include "account/user_id.h"
#include "modules/muc/affiliations.h"
#include "modules/muc/messages.h"
#include "modules/muc/muc.h"
#include "modules/muc/owner.h"
#include "modules/muc/service.h"
#include "tenant/names.h"

namespace teahouse::muc {
namespace {

// What is done at the room's home. `room` is null where there is none; `done` may be called later, once.
template <class T>
using Work = std::function<void(Service&, const HostPtr&, Room* room, std::function<void(Result<T>)> done)>;

Error no_room() { return {ErrorKind::item_not_found, "There is no such room."}; }

template <class T>
void start(Service* service, const HostPtr& host, const BareJid& jid, const Work<T>& work,
           const std::function<void(Result<T>)>& done) {
  if (!service || !host) return done(no_room());
  service->with_room(host, jid, [service, host, work, done](Result<Room*> room) {
    if (!room) return done(room.error());
    // One that is being set up by its owner is nobody else's yet.
    if (*room && (*room)->locked) return done(Error{ErrorKind::conflict, "This room is being set up in a client."});
    work(*service, host, *room, done);
  });
}

template <class T>
Task<Result<T>> at_room(const SharedContext* context, Executor* home, TenantPtr tenant, Result<BareJid> jid,
                        Work<T> work) {
  if (!jid) co_return jid.error();
  Async<Result<T>> asked(*home, [context, tenant, jid, work](std::function<void(Result<T>)> done) {
    context->at(tenant->id, *jid, [jid, work, done](Module* module, const HostPtr& host) {
      start<T>(find_service(module), host, *jid, work, done);
    });
  });
  auto result = co_await asked;
  co_return result;
}

// Answers when what the room has written is on disk and has left; or with the error, where the disk takes nothing.
template <class T>
Task<void> answer_when_stored(ModuleContext* context, std::shared_ptr<Traffic> traffic, Result<T> answer,
                              std::function<void(Result<T>)> done) {
  const auto stored = co_await context->wait(context->loop(), traffic->gate());
  if (!stored) {
    done(stored.error());
    co_return;
  }
  traffic->run([done = std::move(done), answer = std::move(answer)] { done(answer); });
}

template <class T>
void answer(const Room& room, Result<T> answer, std::function<void(Result<T>)> done) {
  spawn(answer_when_stored<T>(&room.context(), room.traffic(), std::move(answer), std::move(done)));
}

Result<BareJid> make_room_jid(const Tenant& tenant, std::string_view id) {
  const auto localpart = localpart_of_user_id(id);
  if (!localpart) return Error{ErrorKind::bad_request, "This cannot be a room's id. " + localpart.error().text};
  return BareJid::make(*localpart, tenant.domain_of(HostKind::rooms));
}

// Also of a user who has not been here yet: where they will be.
Task<Result<BareJid>> find_user_jid(Accounts& accounts, Executor& home, TenantPtr tenant, std::string user) {
  const auto localpart = localpart_of_user(*tenant, user);
  if (!localpart) co_return Error{ErrorKind::bad_request, "This cannot be a user's id. " + localpart.error().text};
  const auto place = co_await accounts.find_place(home, tenant, *localpart);
  if (!place) co_return place.error();
  auto jid = BareJid::make(*place, tenant->domain());
  co_return jid;
}

RoomInfo make_info(const Room& room) {
  RoomInfo info;
  info.id = user_id_of(room.jid().localpart());
  info.jid = room.jid().str();
  info.name = room.config.name;
  info.description = room.config.description;
  info.subject = room.subject.text;
  info.is_public = room.config.is_public;
  info.members_only = room.config.members_only;
  info.moderated = room.config.moderated;
  info.persistent = room.config.persistent;
  info.occupants = static_cast<int64_t>(room.occupants.size());
  for (const auto& [jid, affiliated] : room.affiliations) {
    if (affiliated.affiliation == Affiliation::none || jid.domainpart() != room.tenant().domain()) continue;
    auto& users = affiliated.affiliation == Affiliation::outcast ? info.outcasts : info.members;
    users.push_back(user_id_at(room.tenant(), jid.localpart()));
  }
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

void put_room(Service& service, const HostPtr& host, Room* room, const BareJid& jid, const CheckedChange& checked,
              const std::function<void(Result<Rooms::Put>)>& done) {
  const bool created = !room;
  if (created) {
    const auto made = service.create(host, jid, nullptr);
    if (!made) return done(made.error());
    room = *made;
  }
  const Traffic::Batch batch(room->traffic());
  const auto applied = apply(*room, checked);
  if (!applied) return done(applied.error());
  answer<Rooms::Put>(*room, Rooms::Put{make_info(*room), created}, done);
}

}  // namespace

Task<Result<Rooms::Put>> RoomsApi::put(Executor& home, TenantPtr tenant, std::string id, RoomChange change) {
  const Result<BareJid> jid = make_room_jid(*tenant, id);
  auto checked = co_await check_change(context_.accounts(), home, tenant, std::move(change));
  if (!checked) co_return checked.error();
  Work<Put> work = [jid, checked = std::move(*checked)](Service& service, const HostPtr& host, Room* room,
                                                        std::function<void(Result<Put>)> done) {
    put_room(service, host, room, *jid, checked, done);
  };
  auto result = co_await at_room<Put>(&context_, &home, tenant, jid, std::move(work));
  co_return result;
}

Task<Result<RoomInfo>> RoomsApi::find(Executor& home, TenantPtr tenant, std::string id) {
  Work<RoomInfo> work = [](Service&, const HostPtr&, Room* room, std::function<void(Result<RoomInfo>)> done) {
    if (!room) return done(no_room());
    answer<RoomInfo>(*room, make_info(*room), done);
  };
  auto result = co_await at_room<RoomInfo>(&context_, &home, tenant, make_room_jid(*tenant, id), std::move(work));
  co_return result;
}

Task<Result<RoomPage>> RoomsApi::list(Executor& home, TenantPtr tenant, std::string cursor, size_t rows_max) {
  const auto listed = co_await Storage(context_, *tenant).list(home);
  if (!listed) co_return listed.error();
  RoomPage page;
  for (const ListedRoom& one : *listed) {  // by address, and so is the cursor
    if (one.jid.str() <= cursor || one.jid.domainpart() != tenant->domain_of(HostKind::rooms)) continue;
    if (page.rooms.size() == rows_max) {
      page.next_cursor = page.rooms.back().jid;
      break;
    }
    std::string id = user_id_of(one.jid.localpart());
    auto info = co_await find(home, tenant, std::move(id));
    if (!info && info.error().kind != ErrorKind::item_not_found) co_return info.error();
    if (info) page.rooms.push_back(std::move(*info));
  }
  co_return page;
}

Task<Result<void>> RoomsApi::remove(Executor& home, TenantPtr tenant, std::string id) {
  Work<void> work = [](Service&, const HostPtr&, Room* room, std::function<void(Result<void>)> done) {
    if (!room) return done(no_room());
    destroy(*room, {});
    answer<void>(*room, {}, done);
  };
  auto result = co_await at_room<void>(&context_, &home, tenant, make_room_jid(*tenant, id), std::move(work));
  co_return result;
}

Task<Result<void>> RoomsApi::set_member(Executor& home, TenantPtr tenant, std::string id, std::string user,
                                        std::string affiliation) {
  const auto jid = co_await find_user_jid(context_.accounts(), home, tenant, std::move(user));
  if (!jid) co_return jid.error();
  const auto wanted = find_affiliation(affiliation);
  if (!wanted) co_return Error{ErrorKind::bad_request, "'affiliation' is member, admin, owner, none or outcast."};
  Work<void> work = [jid = *jid, wanted = *wanted](Service&, const HostPtr&, Room* room,
                                                   std::function<void(Result<void>)> done) {
    if (!room) return done(no_room());
    const Affiliation before = room->listed_affiliation_of(jid);
    if (before == Affiliation::none && wanted == Affiliation::none) {
      return done(Error{ErrorKind::item_not_found, "This user is no member of the room."});
    }
    const auto space = before == Affiliation::none ? check_affiliation_space(*room, 1) : Result<void>();
    if (!space) return done(space);
    change_affiliation(*room, jid, make_affiliated(*room, jid, wanted), {});
    room->pass_share(nullptr);
    answer<void>(*room, {}, done);
  };
  auto result = co_await at_room<void>(&context_, &home, tenant, make_room_jid(*tenant, id), std::move(work));
  co_return result;
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
  Work<store::ArchiveId> work = [jid = *jid, sender, speech](Service& service, const HostPtr& host, Room* room,
                                                             std::function<void(Result<store::ArchiveId>)> done) {
    if (!room && jid.localpart() == lobby_room) {
      const auto opened = service.open(host, jid, nullptr);
      if (!opened) return done(opened.error());
      room = *opened;
    }
    if (!room) return done(no_room());
    const Traffic::Batch batch(room->traffic());
    const auto said = muc::say(*room, {speech.name, sender, speech.incarnation}, speech.payload, speech.id);
    if (!said) return done(said);
    answer<store::ArchiveId>(*room, *said, done);
  };
  auto result = co_await at_room<store::ArchiveId>(&context_, &home, tenant, jid, std::move(work));
  co_return result;
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

Result<std::string> RoomsApi::occupant_id(const Tenant& tenant, const std::string& id, const std::string& localpart,
                                          int64_t incarnation) const {
  const auto room = make_room_jid(tenant, id);
  if (!room) return room.error();
  const auto account = BareJid::make(localpart, tenant.domain());
  if (!account) return account.error();
  return make_occupant_id(tenant, *room, account->str(), incarnation);
}

Task<Result<std::vector<std::string>>> RoomsApi::occupants(Executor& home, TenantPtr tenant, std::string id) {
  using Users = std::vector<std::string>;
  Work<Users> work = [](Service&, const HostPtr&, Room* room, std::function<void(Result<Users>)> done) {
    if (!room) return done(no_room());
    std::set<std::string> users;
    room->occupants.for_each([&](const Occupant& each) {
      if (each.real.domainpart() != room->tenant().domain()) return;
      users.insert(user_id_at(room->tenant(), each.real.localpart()));
    });
    done(Users(users.begin(), users.end()));
  };
  auto result = co_await at_room<Users>(&context_, &home, tenant, make_room_jid(*tenant, id), std::move(work));
  co_return result;
}

}  // namespace teahouse::muc
