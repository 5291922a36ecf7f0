// Tenant: a customer's virtual IM server, as an immutable snapshot; Host: one domain that is served for it.
//
// A change makes a new snapshot, which every loop takes over in its HostTable; a holder of an old one keeps it alive.
// The Meter, the staff, the disabled, the Aliases, the Spellings and the EventLog are shared by all snapshots of a
// tenant.
//
// Thread: immutable, so any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "events/event_kind.h"
#include "tenant/aliases.h"
#include "tenant/component_permissions.h"
#include "tenant/host_kind.h"
#include "tenant/localpart_set.h"
#include "tenant/meter.h"
#include "tenant/plan.h"
#include "tenant/spellings.h"

namespace teahouse {

class EventLog;

struct Tenant {
  TenantId id = TenantId::server;
  std::string name;     // [a-z0-9-], 1..63, unique, for ever: what the operator calls it
  std::string title;    // what its users see; the name when not set
  std::string site_id;  // pk_…, public
  // The domains that it is served at. The first is that of its accounts, and the only one of that kind.
  std::vector<HostName> hosts{1};
  Plan plan;
  bool suspended = false;
  std::string suspend_reason;
  bool being_removed = false;  // for good: it is suspended, and Tenants::remove() ends it
  bool guests_allowed = false;
  bool registration_allowed = false;     // XEP-0077
  std::string registration_question;     // as JSON (registration_question.h); empty: strangers are asked nothing
  std::vector<std::string> origins;      // "https://shop.example"; those that a page's script may come from
  std::string theme;                     // of the widget, as JSON; empty: the default
  std::vector<std::string> modules_off;  // names of the modules that it goes without
  std::string module_options;            // {"muc": {"history_messages": 20}}; what is not there has the server's value
  std::vector<std::string> contacts;     // where its people are reached (contacts.h): "abuse=mailto:abuse@shop.example"
  std::vector<std::string> admins;       // bare JIDs of its accounts that administer it over XMPP (XEP-0133)
  int64_t device_days = 0;               // so long a site token's word lets a device come back; 0: not (decision 0035)
  PermissionMap component_permissions;   // of its components, by their domains; none of those without any
  std::string federation = "open";       // with which other servers it talks: open, listed, closed (federation.h)
  std::vector<std::string> federation_allowed;  // their domains, where it is `listed`
  std::vector<std::string> federation_denied;   // domains that it never talks with
  EventKinds events;                            // of which its EventLog keeps what happens
  std::string occupant_id_secret;               // 32 bytes (XEP-0421), never shown
  int64_t created_ms = 0;
  std::shared_ptr<Meter> meter;
  std::shared_ptr<LocalpartSet> staff;     // its moderators and admins
  std::shared_ptr<LocalpartSet> disabled;  // who can't sign in (XEP-0133 section 4.3)
  std::shared_ptr<Aliases> aliases;
  std::shared_ptr<Spellings> spellings;
  std::shared_ptr<EventLog> event_log;

  const PlanLimits& limits() const { return plan.limits; }
  int64_t site_device_keep_ms() const { return device_days * 24 * 60 * 60 * 1000; }
  const std::string& domain() const { return hosts.front().domain; }  // of its accounts
  bool has_admin(std::string_view bare_jid) const;
  // The domain of its first host of this kind; empty when it has none.
  std::string_view domain_of(HostKind kind) const;
};
using TenantPtr = std::shared_ptr<const Tenant>;

// The values of modules' options, as the table's owner counts them (server/option_table.h).
using HostOptions = std::shared_ptr<const std::vector<int64_t>>;

struct Host {
  std::string domain;
  HostKind kind;
  TenantPtr tenant;
  uint64_t modules_off = 0;  // bits of the modules that the tenant goes without, as the table's owner counts them
  HostOptions options = {};  // null: those that hold where nobody sets others
};
using HostPtr = std::shared_ptr<const Host>;

}  // namespace teahouse
