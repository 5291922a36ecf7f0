// Event: one thing that happened in a tenant: when, and with the fields of its type who and what.
//
// A type's number, and the order of its fields, are what is on disk: a new type takes the next number, a new field goes
// to the end. Addresses are JIDs as text, ids of users as the site spells them. No event holds what somebody wrote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "events/event_kind.h"
#include "store/archive_id.h"

namespace teahouse {

struct EventType {
  uint8_t number;
  EventKind kind;
  std::string_view name;  // in the API
};

// A message has a row in an archive now: an account's, of its sender and of its recipient each, or a room's.
struct MessageArchived {
  static constexpr EventType type = {1, EventKind::message, "message.archived"};
  std::string archive;  // whose: a bare JID
  store::ArchiveId id = store::ArchiveId::none;
  std::string from, to;  // bare JIDs
  template <class Self, class Visit>
  static void each_field(Self& self, Visit&& visit) {
    visit("archive", self.archive);
    visit("message", self.id);
    visit("from", self.from);
    visit("to", self.to);
  }
};

struct OfUser {
  std::string address, user;  // the bare JID, and the id that the site has for the user
  template <class Self, class Visit>
  static void each_field(Self& self, Visit&& visit) {
    visit("address", self.address);
    visit("user", self.user);
  }
};
struct UserMade : OfUser {
  static constexpr EventType type = {2, EventKind::user, "user.made"};
};
struct UserChanged : OfUser {
  static constexpr EventType type = {3, EventKind::user, "user.changed"};
};
struct UserRemoved : OfUser {
  static constexpr EventType type = {4, EventKind::user, "user.removed"};
};

struct OfAddress {
  std::string address;
  template <class Self, class Visit>
  static void each_field(Self& self, Visit&& visit) {
    visit("address", self.address);
  }
};
// It is on disk, others may enter it: a room that its owner is setting up is made when that is done.
struct RoomMade : OfAddress {
  static constexpr EventType type = {5, EventKind::room, "room.made"};
};
struct RoomChanged : OfAddress {  // its configuration
  static constexpr EventType type = {6, EventKind::room, "room.changed"};
};
struct RoomRemoved : OfAddress {
  static constexpr EventType type = {7, EventKind::room, "room.removed"};
};

// `text` is the tenant's name, or why it was suspended.
struct OfTenant {
  std::string text;
  template <class Self, class Visit>
  static void each_field(Self& self, Visit&& visit) {
    visit("text", self.text);
  }
};
struct TenantMade : OfTenant {
  static constexpr EventType type = {8, EventKind::tenant, "tenant.made"};
};
struct TenantChanged : OfTenant {
  static constexpr EventType type = {9, EventKind::tenant, "tenant.changed"};
};
struct TenantSuspended : OfTenant {
  static constexpr EventType type = {10, EventKind::tenant, "tenant.suspended"};
};
struct TenantResumed : OfTenant {
  static constexpr EventType type = {11, EventKind::tenant, "tenant.resumed"};
};

// A client's resource: a full JID. A crash ends sessions without an event.
struct SessionBound : OfAddress {
  static constexpr EventType type = {12, EventKind::session, "session.bound"};
};
struct SessionEnded : OfAddress {
  static constexpr EventType type = {13, EventKind::session, "session.ended"};
};

// A line of the audit log.
struct AuditRecorded {
  static constexpr EventType type = {14, EventKind::audit, "audit.recorded"};
  std::string actor, action, detail;
  template <class Self, class Visit>
  static void each_field(Self& self, Visit&& visit) {
    visit("actor", self.actor);
    visit("action", self.action);
    visit("detail", self.detail);
  }
};

// A user has reported an address while blocking it (XEP-0377).
struct UserReported {
  static constexpr EventType type = {15, EventKind::user, "user.reported"};
  std::string address;   // that was reported: a JID
  std::string reporter;  // a bare JID
  std::string reason;    // "spam", "abuse" or another URI
  template <class Self, class Visit>
  static void each_field(Self& self, Visit&& visit) {
    visit("address", self.address);
    visit("reporter", self.reporter);
    visit("reason", self.reason);
  }
};

// So much of a limit of the plan is used; once for each limit, share and month.
struct QuotaWarning {
  static constexpr EventType type = {16, EventKind::tenant, "tenant.warned"};
  std::string limit;       // its name in the plan
  std::string percent;     // "80" or "100"
  std::string used, most;  // numbers
  template <class Self, class Visit>
  static void each_field(Self& self, Visit&& visit) {
    visit("limit", self.limit);
    visit("percent", self.percent);
    visit("used", self.used);
    visit("most", self.most);
  }
};

// monostate: of a type that this program does not know yet.
using EventBody = std::variant<std::monostate, MessageArchived, UserMade, UserChanged, UserRemoved, RoomMade,
                               RoomChanged, RoomRemoved, TenantMade, TenantChanged, TenantSuspended, TenantResumed,
                               SessionBound, SessionEnded, AuditRecorded, UserReported, QuotaWarning>;

struct Event {
  int64_t at_ms = 0;  // wall time
  EventBody body;
  // Its place in the outbox of the control plane (tenant/event_outbox.h); 0: it did not come by that.
  int64_t outbox_number = 0;
};

// Null for a type that is not known.
const EventType* type_of(const EventBody& body);

}  // namespace teahouse
