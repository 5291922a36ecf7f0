// Home: all that lives on one loop: the accounts (and, through the modules, the rooms) whose bare JID chooses this
// loop, and the way from any stanza to where it belongs.
//
// Thread: its loop, but for what says "any"; tenants are set before that runs.
// Owns: its parts.
#pragma once

#include <string>

#include "account/accounts.h"
#include "account/api_call_limits.h"
#include "account/login_throttle.h"
#include "base/clock.h"
#include "http/router.h"
#include "net/loop.h"
#include "server/archive_ids.h"
#include "server/arrivals.h"
#include "server/commit_line.h"
#include "server/homes.h"
#include "server/hooks.h"
#include "server/module_list.h"
#include "server/parking.h"
#include "server/redelivery.h"
#include "server/residents.h"
#include "server/router.h"
#include "server/session_directory.h"
#include "store/data_plane.h"
#include "tenant/host_table.h"
#include "tenant/keys.h"
#include "tenant/tenant.h"

namespace teahouse {

class Audit;
class Files;
class Tenants;

// Shared: the parts that all homes share; everything in it may be used on any thread.
struct Shared {
  const Clock& clock;
  store::DataPlane& data;
  Accounts& accounts;
  Keys& keys;
  LoginThrottle& throttle;
  ApiCallLimits& limits;
  std::string fake_salt_secret;  // for SCRAM with accounts that are not there
  Homes homes;
  std::string archive_id_secret = {};     // for how ids of archives are shown
  OptionDefaults option_defaults = {};    // set before there are homes
  std::string public_websocket_url = {};  // as public.url has it; set before the loops run
  Files* files = nullptr;                 // set before the loops run; null in tests that need none
  // Set as files are, as are the next two: public.url, or where a tenant's own host is.
  std::string page_address = "https://{host}";
  Audit* audit = nullptr;
  Tenants* tenants = nullptr;
  int64_t device_days = 30;  // so long a device is kept that does not come back; 0: none is, and no tokens
  int64_t device_keep_ms() const { return device_days * 24 * 60 * 60 * 1000; }
  bool sessions_outlive_stop = false;  // those that can be resumed (Parking); else all end with the server
};

// The parts see each other through their home.
class Home {
 public:
  Home(net::Loop& loop, Shared& shared);  // one of shared.homes from now on
  ~Home();

  net::Loop& loop() { return loop_; }
  Place place() const { return {Peer::own, static_cast<uint16_t>(loop_.index())}; }
  Shared& shared() const { return shared_; }
  const Clock& clock() const { return shared_.clock; }
  store::DataPlane& data() { return shared_.data; }
  ArchiveIds& archive_ids() { return archive_ids_; }
  store::Arrival make_arrival() { return archive_ids_.make(shared_.clock.wall_ms()); }

  HostTable& hosts() { return hosts_; }
  HostPtr find_http_host(
      std::string_view name) const;  // of a request, in any spelling; null when nobody is served there
  Hooks& hooks() { return hooks_; }
  http::Router& http_routes() { return http_routes_; }  // to be served by the loop's http::Server
  ModuleList& modules() { return modules_; }
  Residents& residents() { return residents_; }
  const Residents& residents() const { return residents_; }
  SessionDirectory& sessions() { return sessions_; }
  CommitLine& commits() { return commits_; }
  Router& router() { return router_; }
  Arrivals& arrivals() { return arrivals_; }
  Redelivery& redelivery() { return redelivery_; }
  Parking& parking() { return parking_; }

  void set_tenant(const TenantPtr& tenant);  // new, changed, suspended, resumed
  void remove_tenant(const TenantPtr& tenant);

  // For SIGTERM, in three steps. First, on all homes (Worker::refuse_more): what clients send from now on is not taken,
  // and so never acknowledged; while one home stops, nobody can send into it from another. Then every stream ends; with
  // it every session, but for those that can outlive the server. Those are written (Parking) once all homes have done
  // that and what they sent each other has arrived.
  void refuse_more() { refuses_more_ = true; }
  bool refuses_more() const { return refuses_more_; }
  void stop();
  void park() { parking_.park(); }

 private:
  void begin_anew(const Tenant& tenant);

  net::Loop& loop_;
  Shared& shared_;
  ArchiveIds archive_ids_;
  HostTable hosts_;
  Hooks hooks_;
  http::Router http_routes_;
  ModuleList modules_{*this};
  Residents residents_{*this};
  Redelivery redelivery_{*this};
  Parking parking_{*this};
  SessionDirectory sessions_{*this};
  CommitLine commits_{sessions_};
  Arrivals arrivals_{*this};
  Router router_{*this};
  bool refuses_more_ = false;
};

}  // namespace teahouse
