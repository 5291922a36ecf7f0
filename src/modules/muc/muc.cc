#include "modules/muc/muc.h"

#include "modules/muc/account_removal.h"
#include "modules/muc/rooms_api.h"
#include "modules/muc/service.h"

namespace teahouse {
namespace muc {
namespace {

class MucModule final : public Module {
 public:
  const ModuleInfo& info() const override {
    static const ModuleInfo about{
        "muc",
        "Rooms, on a service of their own for each tenant.",
        {{45, "1.35.5", "Multi-User Chat",
          "no groupchat 1.0, unique room names, pubsub nodes of rooms or approval of registrations (only members "
          "reserve nicks); nicks are compared as RFC 8266 has it, and changed by the service (210) only to the "
          "spelling "
          "that another session of the account has"},
         {4, "2.13.2", "Data Forms", "no reported items"},
         {59, "1.0", "Result Set Management", "archives are not paged by index"},
         {203, "2.0", "Delayed Delivery", ""},
         {249, "1.2", "Direct MUC Invitations", "passed between users; the service has no part in them"},
         {313, "1.1.3", "Message Archive Management", "rooms: 'with' only for those who see real addresses"},
         {359, "0.7.0", "Unique and Stable Stanza IDs", ""},
         {410, "1.1.0", "MUC Self-Ping", ""},
         {421, "1.0.1", "Occupant identifiers", ""}},
        {},
        {}};
    return about;
  }

  void attach(Home& home) override {
    service_ = std::make_unique<Service>(home);
    Service* service = service_.get();
    Hooks& hooks = home.hooks();
    hooks.set_service(HostKind::rooms, [service](const HostPtr& host, Stanza stanza, ReceiptPtr receipt) {
      service->handle(host, std::move(stanza), receipt);
    });
    hooks.tenant_changed.push_back([service](const TenantPtr& tenant) { service->tenant_changed(tenant); });
    hooks.tenant_removed.push_back([service](const TenantPtr& tenant) { service->tenant_removed(tenant); });
    hooks.address_gone.push_back(
        [&home](const BareJid& address, const RemovalPtr& removal) { forget_account(home, address, removal); });
    hooks.named_at.push_back([&home](std::string domain) { return find_named(home, std::move(domain)); });
    hooks.stopping.push_back([service] { service->stop(); });
    // Tenants that were there before the module.
    home.hosts().for_each([service](const HostPtr& host) {
      if (host->kind == HostKind::rooms) service->tenant_changed(host->tenant);
    });
  }

  Service* service() const { return service_.get(); }

 private:
  std::unique_ptr<Service> service_;
};

}  // namespace

Service* find_service(Home& home) {
  for (const auto& module : home.modules()) {
    if (const auto* found = dynamic_cast<const MucModule*>(module.get())) return found->service();
  }
  return nullptr;
}

}  // namespace muc

std::unique_ptr<Module> make_muc() { return std::make_unique<muc::MucModule>(); }
std::unique_ptr<Rooms> make_muc_rooms(House& house) { return std::make_unique<muc::RoomsApi>(house); }

}  // namespace teahouse
