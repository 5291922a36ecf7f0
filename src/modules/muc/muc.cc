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

  void attach(ModuleContext& context) override {
    service_ = std::make_unique<Service>(context);
    Service* service = service_.get();
    context.on_service(HostKind::rooms, [service](const HostPtr& host, Stanza stanza, ReceiptPtr receipt) {
      service->handle(host, std::move(stanza), receipt);
    });
    context.on(&Hooks::tenant_changed, [service](const TenantPtr& tenant) { service->tenant_changed(tenant); });
    context.on(&Hooks::tenant_removed, [service](const TenantPtr& tenant) { service->tenant_removed(tenant); });
    context.on(&Hooks::address_gone, [&context](const BareJid& address, const RemovalPtr& removal) {
      forget_account(context, address, removal);
    });
    context.on(&Hooks::named_at, [&context](std::string domain) { return find_named(context, std::move(domain)); });
    context.on(&Hooks::stopping, [service] { service->stop(); });
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
std::unique_ptr<Rooms> make_muc_rooms(House& house) {
  return std::make_unique<muc::RoomsApi>(SharedContext(house, "muc"));
}

}  // namespace teahouse
