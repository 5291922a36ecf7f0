#include "app/modules.h"

#include "app/worker.h"
#include "calls/calls_module.h"
#include "modules/api_token/api_token_module.h"
#include "modules/archive/archive_module.h"
#include "modules/blocking/blocking_module.h"
#include "modules/bookmarks/bookmarks_module.h"
#include "modules/bytestreams/bytestreams_module.h"
#include "modules/caps/caps_module.h"
#include "modules/carbons/carbons_module.h"
#include "modules/client_access/client_access_module.h"
#include "modules/client_certificates/client_certificates_module.h"
#include "modules/commands/commands_module.h"
#include "modules/conferences/conferences_module.h"
#include "modules/conferences/engine/janus.h"
#include "modules/csi/csi_module.h"
#include "modules/disco/disco_module.h"
#include "modules/displayed/displayed_module.h"
#include "modules/external_services/external_services_module.h"
#include "modules/host_meta/host_meta_module.h"
#include "modules/invites/invites_module.h"
#include "modules/jingle/jingle_module.h"
#include "modules/last_activity/last_activity_module.h"
#include "modules/metering/metering_module.h"
#include "modules/moved/moved_module.h"
#include "modules/muc/muc.h"
#include "modules/offline/offline_module.h"
#include "modules/offline/row_form.h"
#include "modules/presence/presence_module.h"
#include "modules/private_xml/private_xml_module.h"
#include "modules/private_xml/row_form.h"
#include "modules/privilege/privilege_module.h"
#include "modules/profile/profile_module.h"
#include "modules/pubsub/pubsub.h"
#include "modules/push/push_module.h"
#include "modules/push/pushes_api.h"
#include "modules/registration/registration_module.h"
#include "modules/roster/roster_module.h"
#include "modules/roster/row_form.h"
#include "modules/server_info/server_info_module.h"
#include "modules/service_admin/service_admin_module.h"
#include "modules/unified_push/unified_push_module.h"
#include "modules/upload/upload_module.h"
#include "modules/vcard/row_form.h"
#include "modules/vcard/vcard_module.h"
#include "server/home.h"

namespace teahouse {

std::vector<std::unique_ptr<Module>> make_modules() {
  std::vector<std::unique_ptr<Module>> modules;
  modules.push_back(std::make_unique<BlockingModule>());
  modules.push_back(std::make_unique<JingleModule>());  // before what keeps messages
  modules.push_back(std::make_unique<RosterModule>());
  modules.push_back(std::make_unique<PresenceModule>());
  modules.push_back(std::make_unique<DiscoModule>());
  modules.push_back(std::make_unique<CommandsModule>());
  modules.push_back(std::make_unique<ServiceAdminModule>());
  modules.push_back(std::make_unique<HostMetaModule>());
  auto server_info = std::make_unique<ServerInfoModule>();
  auto own_node = server_info->make_node();
  modules.push_back(std::move(server_info));
  modules.push_back(std::make_unique<ExternalServicesModule>());
  modules.push_back(std::make_unique<CapsModule>());
  modules.push_back(std::make_unique<LastActivityModule>());
  modules.push_back(std::make_unique<RegistrationModule>());
  modules.push_back(std::make_unique<InvitesModule>());
  modules.push_back(std::make_unique<ClientAccessModule>());
  modules.push_back(std::make_unique<ClientCertificatesModule>());
  modules.push_back(std::make_unique<ApiTokenModule>());
  modules.push_back(std::make_unique<VcardModule>());
  modules.push_back(std::make_unique<PrivateXmlModule>());
  modules.push_back(std::make_unique<ArchiveModule>());
  modules.push_back(std::make_unique<MeteringModule>());
  modules.push_back(std::make_unique<CarbonsModule>());
  modules.push_back(std::make_unique<PushModule>());  // before what keeps messages, and says of them no more
  modules.push_back(std::make_unique<OfflineModule>());
  modules.push_back(std::make_unique<CsiModule>());
  modules.push_back(make_muc());
  modules.push_back(std::make_unique<ConferencesModule>());
  modules.push_back(std::make_unique<PubsubModule>(std::move(own_node)));
  modules.push_back(std::make_unique<MovedModule>());
  modules.push_back(std::make_unique<BookmarksModule>());
  modules.push_back(std::make_unique<ProfileModule>());
  modules.push_back(std::make_unique<DisplayedModule>());
  modules.push_back(std::make_unique<UploadModule>());
  modules.push_back(std::make_unique<PrivilegeModule>());
  modules.push_back(std::make_unique<BytestreamsModule>());
  modules.push_back(std::make_unique<UnifiedPushModule>());
  modules.push_back(std::make_unique<CallsModule>());
  return modules;
}

void offer_relay(Home& home, const CallsModule& calls) {
  auto* services = static_cast<ExternalServicesModule*>(home.modules().find("external_services"));
  services->set_own([&calls](const Host& host, std::string_view jid) { return calls.services(host, jid); });
}

namespace {

class HomeCalls final : public Calls {
 public:
  explicit HomeCalls(Home& home)
      : jingle_(static_cast<JingleModule&>(*home.modules().find("jingle"))),
        services_(static_cast<ExternalServicesModule&>(*home.modules().find("external_services"))) {}
  CallRules rules(const Host& host) const override { return jingle_.rules(host); }
  std::vector<ServiceOffer> services(const Host& host, std::string_view bare_jid) const override {
    return services_.offers(host, bare_jid);
  }

 private:
  const JingleModule& jingle_;
  const ExternalServicesModule& services_;
};

}  // namespace

std::unique_ptr<Calls> make_calls(Home& home) { return std::make_unique<HomeCalls>(home); }

Result<void> host_group_calls(Worker& worker, const GroupCalls& calls) {
  conferences::JanusSettings settings;
  settings.program = calls.engine;
  settings.folder = calls.folder;
  settings.addresses = calls.addresses;
  settings.are_local = calls.are_local;
  settings.first_port = calls.first_port;
  settings.last_port = calls.last_port;
  auto is_there = conferences::check_janus(settings);
  if (!is_there) return is_there;
  auto* module = static_cast<ConferencesModule*>(worker.home().modules().find("conferences"));
  module->move_in(std::make_unique<conferences::Janus>(worker.loop(), std::move(settings)), calls.addresses,
                  worker.home().modules().find("muc"));
  return {};
}

std::vector<transfer::RowForm> make_row_forms() {
  return {make_roster_form(), make_vcard_form(), make_private_xml_form(), make_offline_form()};
}

std::unique_ptr<Rooms> make_rooms(Shared& shared) { return make_muc_rooms(shared); }
std::unique_ptr<Pushes> make_pushes(Shared& shared, VapidKeys& keys) {
  return std::make_unique<push::PushesApi>(SharedContext(shared, "push"), keys);
}

void send_pushes(Home& home, webpush::Sender& sender, VapidKeys& keys) {
  auto* module = static_cast<PushModule*>(home.modules().find("push"));
  module->move_in({sender, keys, [&home](const BareJid& account, Residents::Work work) {
                     home.residents().with(account, std::move(work));
                   }});
}

void serve_bytestreams(const std::vector<std::unique_ptr<Worker>>& workers, const std::string& host, uint16_t port) {
  const auto all = std::make_shared<bytestreams::Streamhost::All>();
  const Homes& places = workers.front()->home().shared().homes;
  all->index_of = [&places](std::string_view name) { return places.place_of(name).loop; };
  for (const auto& worker : workers) {
    auto* module = static_cast<BytestreamsModule*>(worker->home().modules().find("bytestreams"));
    module->move_in(all, {host, port});
    all->hosts.push_back(module->streamhost());
  }
}

void accept_bytestream(Home& home, std::unique_ptr<net::Connection> connection) {
  auto* module = static_cast<BytestreamsModule*>(home.modules().find("bytestreams"));
  module->streamhost()->accept(std::move(connection));
}

}  // namespace teahouse
