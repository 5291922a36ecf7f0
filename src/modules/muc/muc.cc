#include "modules/muc/muc.h"

#include <algorithm>

#include "modules/muc/account_removal.h"
#include "modules/muc/config.h"
#include "modules/muc/rooms_api.h"
#include "modules/muc/service.h"

namespace teahouse {
namespace muc {
namespace {

// Hooks::kept_at.
Task<Result<std::string>> describe_rooms(ModuleContext& context, HostPtr host) {
  const auto listed = co_await Storage(context, *host->tenant).list(context.loop());
  if (!listed) co_return listed.error();
  const auto count = std::count_if(listed->begin(), listed->end(),
                                   [&host](const ListedRoom& room) { return room.jid.domainpart() == host->domain; });
  co_return count == 0 ? std::string() : std::to_string(count) + (count == 1 ? " room" : " rooms");
}

class MucModule final : public Module {
 public:
  const ModuleInfo& info() const override {
    static const ModuleInfo about{
        .name = "muc",
        .summary = "Rooms, on a service of their own for each tenant.",
        .xeps =
            {{45, "1.35.5", "Multi-User Chat",
              "no groupchat 1.0, unique room names or pubsub nodes of rooms; of what a registration may ask for, the "
              "nick alone; nicks are compared as RFC 8266 has it, and changed by the service (210) only to the "
              "spelling "
              "that another session of the account has"},
             {4, "2.13.2", "Data Forms", "no reported items"},
             {59, "1.0", "Result Set Management", "archives are not paged by index"},
             {203, "2.0", "Delayed Delivery", ""},
             {249, "1.2", "Direct MUC Invitations", "passed between users; the service has no part in them"},
             {313, "1.1.3", "Message Archive Management", "rooms: 'with' only for those who see real addresses"},
             {359, "0.7.0", "Unique and Stable Stanza IDs", ""},
             {486, "0.1.0", "MUC Avatars", "no presence from the room's own address"},
             {410, "1.1.0", "MUC Self-Ping", ""},
             {421, "1.0.1", "Occupant identifiers", ""},
             {424, "0.4.2", "Message Retraction", ""},
             {317, "0.3.1", "Hats", "owners make and give them; no languages, and nothing inside a hat"},
             {433, "0.1.0", "Extended Channel Search",
              "listed rooms of the host alone; ordered by address, without numbers of users"},
             {463, "0.2.0", "MUC Affiliations Versioning",
              "versions go to the sessions that ask for them; who may not read the list of outcasts has versions of "
              "the other lists"},
             {513, "0.1.0", "Explicit Mentions", "the permissions of rooms, which take off what is not allowed"},
             {500, "0.1.1", "MUC Slow Mode", "of what is said over XMPP; the site's own words are not slowed"},
             {425, "0.3.0", "Moderated Message Retraction", "of rooms with an archive"}},
        .archives = {{"rooms", &PlanLimits::archive_bytes, &PlanLimits::archive_days}},
        .options = {OptionInfo::number(
                        "history_messages", 20, 0, history_max, "messages",
                        "How many of the last messages a newcomer gets whose client does not say how many it wants."),
                    OptionInfo::flag("new_rooms_listed", true,
                                     "Whether a new room is listed, until its owner says otherwise."),
                    OptionInfo::choice("rooms_made_by", {"users", "staff"},
                                       "Who makes new rooms: all users of the tenant, or its moderators and admins "
                                       "alone; the lobby is everybody's."),
                    OptionInfo::duration("unconfigured_time", 900, 60, 86'400,
                                         "How long a new room waits for its owner to configure it."),
                    OptionInfo::duration("idle_room_time", 60, 0, 3600,
                                         "How long a room that nobody is in, and of which nothing is asked, stays in "
                                         "memory. Nothing of it is lost when it leaves: the next who asks gets it "
                                         "from the disk.")},
        .metrics = {{"rooms", MetricInfo::Kind::gauge,
                     "Rooms in memory: those with people, and those that had some a moment ago."},
                    {"occupants", MetricInfo::Kind::gauge, "People in rooms, each as often as they are in one."},
                    {"rooms_loaded", MetricInfo::Kind::counter, "Rooms that came into memory from the disk."},
                    {"rooms_put_to_sleep", MetricInfo::Kind::counter,
                     "Rooms that left memory, because nobody was in them."}},
        .mentions = {"rooms"},
        .is_optional = true};
    return about;
  }

  void attach(ModuleContext& context) override {
    service_ = std::make_unique<Service>(context);
    Service* service = service_.get();
    context.on_service(HostKind::rooms, [service](const HostPtr& host, Stanza stanza, TicketPtr ticket) {
      service->handle(host, std::move(stanza), ticket);
    });
    context.on(&Hooks::tenant_changed, [service](const TenantPtr& tenant) { service->tenant_changed(tenant); });
    context.on(&Hooks::tenant_removed, [service](const TenantPtr& tenant) { service->tenant_removed(tenant); });
    context.on(&Hooks::peer_lost,
               [service](const HostPtr& host, const std::string& peer) { service->peer_lost(*host, peer); });
    context.on(&Hooks::address_gone, [&context](const BareJid& address, const RemovalPtr& removal) {
      forget_account(context, address, removal);
    });
    context.on(&Hooks::named_at, [&context](std::string domain) { return find_named(context, std::move(domain)); });
    context.on(&Hooks::kept_at, [&context](HostPtr host) { return describe_rooms(context, std::move(host)); });
    context.on(&Hooks::stopping, [service] { service->stop(); });
    context.measure("rooms", [service] { return service->count_rooms(); });
    context.measure("occupants", [service] { return service->count_occupants(); });
    // Tenants that were there before the module.
    context.for_each_tenant([service](const TenantPtr& tenant) { service->tenant_changed(tenant); });
  }

  void detach() override { service_->stop(); }

  Service* service() const { return service_.get(); }

 private:
  std::unique_ptr<Service> service_;
};

}  // namespace

Service* find_service(Module* module) { return module ? static_cast<MucModule*>(module)->service() : nullptr; }

}  // namespace muc

std::unique_ptr<Module> make_muc() { return std::make_unique<muc::MucModule>(); }
std::unique_ptr<Rooms> make_muc_rooms(Shared& shared) {
  return std::make_unique<muc::RoomsApi>(SharedContext(shared, "muc"));
}

}  // namespace teahouse
