// Hooks: where modules take part in the life of a stanza: typed functions in named phases.
//
// The order inside a phase is the order of app/modules.cc. A hook that waits for storage takes copies, returns
// Flow::stop, and goes on by routing or by replying later. Modules register by their ModuleContext, which takes their
// hooks away when they are detached.
//
// Thread: the home's.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "account/invites.h"
#include "base/home_checker.h"
#include "base/task.h"
#include "server/attached.h"
#include "server/commit_ticket.h"
#include "server/hook_list.h"
#include "server/parked.h"
#include "server/removal.h"
#include "server/resident.h"
#include "server/session.h"
#include "xml/writer.h"
#include "xmpp/stanza.h"

namespace teahouse {

// Two pipelines, each with its phases in the order in which they run (docs/life-of-a-stanza.md). A stanza of
// a client of ours, on its account's home, before it is routed:
enum class OutboundPhase : uint8_t {
  guard,    // may it pass at all? answer an error and stop, or stop silently
  archive,  // it is stored
  copy,     // the account's other sessions get to see it
  handle,   // a module does what it asks for, instead of routing it
};
inline constexpr std::string_view outbound_phases[] = {"guard", "archive", "copy", "handle"};

// A stanza that arrives for an account, on its home. One that a session left behind passes `keep` and `hold` alone,
// once more.
enum class InboundPhase : uint8_t {
  guard,    // may it pass at all? answer an error and stop, or stop silently
  archive,  // it is stored
  handle,   // a module does what it asks for, instead of the rules of RFC 6121
  copy,     // of a message whose sessions are chosen: the others get to see it
  keep,     // of a message that no session gets: the offline queue
  hold,     // of a message that no session with a stream gets: what a crash must not lose gets its Delivery::row
};
inline constexpr std::string_view inbound_phases[] = {"guard", "archive", "handle", "copy", "keep", "hold"};
enum class Flow : uint8_t { go_on, stop };

// A stanza on its way from a local account, on the account's home.
struct Outbound {
  Resident& resident;
  Session* session;  // that sent it; null when the HTTP API did, as the account. Presence always has one
  Stanza& stanza;    // `from` is the session's full JID; `to` is set, but for undirected presence
  const TicketPtr& ticket;
  Lsn gate = Lsn::none;                                // copies of it must not reach a client before this is on disk
  store::ArchiveId archived = store::ArchiveId::none;  // its id in the sender's own archive
};

// A stanza that has reached the home of the account that it is for.
struct Inbound {
  Resident& resident;
  Stanza& stanza;
  const TicketPtr& ticket;
  bool is_late = false;                // it was accepted before, so that its sender is told nothing any more
  Lsn gate = Lsn::none;                // it must not reach a client before this is on disk
  DeliveryPtr delivery;                // null while one session at most is known to get the message
  std::vector<Session*> delivered_to;  // filled before copy: the sessions that get it by the rules
  // Where those are none, filled by copy: the sessions that have it all the same, each by a delivery of its own.
  std::vector<std::pair<Session*, DeliveryPtr>> copied_to;

  // For a session that gets the message, or a copy, beside others.
  const DeliveryPtr& shared_delivery() {
    if (!delivery) delivery = std::make_shared<Delivery>();
    return delivery;
  }
};

// An iq of type get or set that the server answers, on its own behalf or on an account's.
struct IqRequest {
  const Stanza& stanza;
  const xml::Element& query;  // its one payload element
  HostPtr host;               // whose it is
  Resident* resident;         // target account; null for a host, and for nobody
  Session* session;           // the sender's, when it is local and on this loop; else null
  const TicketPtr& ticket;
  // The account asks for itself: its own bare address, or none.
  bool is_own_account() const { return session && resident == &session->resident(); }
  // Somebody asks in the account's name: no client can send from its bare address.
  bool is_in_its_name() const {
    return !session && resident && stanza.from && stanza.from->str() == resident->jid().str();
  }
};
enum class IqTarget : uint8_t {
  account,
  own_account,  // which the account itself asks; to everybody else it is forbidden, whether the account is there or not
  in_its_name,  // an own_account one that a component asks in the account's name (XEP-0356), without a session
  nobody,       // the bare address of an account that is not there: what answers strangers as an account does
  host,
};

// An iq for the host from a stream that is not authenticated yet, and private (XEP-0077). `answer` may be called later,
// and not when the stream is gone.
struct UnauthenticatedIq {
  HostPtr host;
  const Stanza& stanza;
  const xml::Element& query;
  std::string address;
  std::function<void(Stanza)> answer;
  InvitePtr& invite;  // which this stream has shown (XEP-0445); null: none. The stream's, so not to be kept
};

// A message that an archive had and that was taken back.
struct RetractedMessage {
  HostPtr host;    // of the archive
  BareJid author;  // maybe of another tenant
  bool by_author;  // else by a moderator
  const Stanza& said;
};

class Hooks {
 public:
  using OutboundHook = std::function<Flow(Outbound&)>;
  using InboundHook = std::function<Flow(Inbound&)>;
  using IqHandler = std::function<void(const IqRequest&)>;  // answers by home.router().route(...), now or later
  using SessionHook = std::function<void(Session&)>;
  using ResidentLoad = std::function<Task<Result<void>>(Resident&)>;  // the Resident lives until the task ends
  using AccountHook = std::function<void(const HostPtr&, const BareJid&, const RemovalPtr&)>;
  using AddressHook = std::function<void(const BareJid&, const RemovalPtr&)>;
  using ContactHook = std::function<void(Resident&, const BareJid& contact, const RemovalPtr&)>;
  using NamedAt = std::function<Task<Result<std::vector<BareJid>>>(std::string domain)>;
  using KeptAt = std::function<Task<Result<std::string>>(HostPtr)>;
  using VisibilityHook = std::function<void(Resident&, const Jid&, bool is_visible)>;
  using NobodyHook = std::function<Flow(const HostPtr&, const Stanza&, const TicketPtr&)>;
  // `bound`: all that came before has a smaller id. The Session may go as soon as the task waits.
  using BindAnswer = std::function<Task<std::string>(Session&, store::ArchiveId bound)>;
  using ServiceHandler = std::function<void(const HostPtr&, Stanza, TicketPtr)>;

  [[nodiscard]] Hooked on_outbound(OutboundPhase phase, StanzaKind kind, OutboundHook hook, uint64_t module = 0) {
    return outbound_[static_cast<size_t>(phase)][static_cast<size_t>(kind)].add(std::move(hook), module);
  }
  [[nodiscard]] Hooked on_inbound(InboundPhase phase, StanzaKind kind, InboundHook hook, uint64_t module = 0) {
    return inbound_[static_cast<size_t>(phase)][static_cast<size_t>(kind)].add(std::move(hook), module);
  }
  Flow run(Outbound& outbound) const;  // all phases
  Flow run(OutboundPhase phase, Outbound& outbound) const;
  Flow run(InboundPhase phase, Inbound& inbound) const;

  // `type` is get or set, or a host's result: all answers with an id "name-…". One for each (target, type, name, ns).
  [[nodiscard]] Hooked on_iq(IqTarget target, StanzaType type, std::string_view name, std::string_view ns,
                             IqHandler handler, uint64_t module = 0);
  const IqHandler* find_iq(const IqRequest& request) const;
  const IqHandler* find_iq(IqTarget target, const IqRequest& request) const;
  bool is_for_own_account(const Host& host, StanzaType type, std::string_view name, std::string_view ns) const;

  // An element of a bound client's stream that is no stanza. One handler for each (name, ns).
  [[nodiscard]] Hooked on_nonza(std::string_view name, std::string_view ns, SessionHook handler, uint64_t module = 0);
  const SessionHook* find_nonza(const Host& host, const xml::Element& element) const;

  // A child of the <bind/> of a client that logs in and binds at once (XEP-0386). It is called when the session is
  // bound and has no stream yet. One handler for each (name, ns).
  [[nodiscard]] Hooked on_bind_feature(std::string_view name, std::string_view ns, SessionHook handler,
                                       uint64_t module = 0);
  const SessionHook* find_bind_feature(const Host& host, const xml::Element& element) const;

  // Takes every stanza for a host of this kind, on the home loop of `to`'s bare address (of the host itself for its
  // own).
  [[nodiscard]] Hooked on_service(HostKind kind, ServiceHandler handler, uint64_t module = 0);
  const ServiceHandler* find_service(const Host& host) const;

  HookList<std::function<Flow(const UnauthenticatedIq&)>>
      unauthenticated_iq;  // stop: it is answered; else it ends the stream

  // Writes what a client's stream features hold beside those that ModuleInfo has, once the client is known.
  HookList<std::function<void(const HostPtr&, xml::Writer&)>> stream_features;
  // Of an external component, at the home of its name. Its stream has begun; a stanza that it has sent, before that is
  // routed (stop: that was all); its stream is over, for every tenant and maybe without a host any more.
  HookList<std::function<void(const HostPtr&)>> component_entered;
  HookList<std::function<Flow(const HostPtr&, Stanza&)>> component_sent;
  HookList<std::function<void(const std::string& domain)>> component_left;

  // A stanza for a domain that nobody has here, at the home of its `to`. Stop: it is taken, with its ticket; else its
  // sender hears that no such server is known.
  HookList<std::function<Flow(Stanza&, TicketPtr&)>> remote;
  // Of another server, for this host of ours: it has been heard of, at the home of that pair of domains; and it can't
  // be reached any more, so that all who were there of its domain may be gone, on every home.
  using PeerHook = std::function<void(const HostPtr& host, const std::string& peer)>;
  HookList<PeerHook> peer_heard, peer_lost;

  HookList<SessionHook> session_bound;                                      // just after bind
  HookList<BindAnswer> bind_answers;                                        // XML for <bound/> (XEP-0386)
  HookList<std::function<void(Session&, bool initial)>> session_available;  // sent undirected available presence
  HookList<SessionHook> session_resumed;                                    // after <resumed/>
  // The session is about to outlive the server: modules note what they keep of it, under their names. And it is there
  // again, with what they noted; its stream is still to come.
  HookList<std::function<void(Session&, SessionNotes&)>> session_parking;
  HookList<std::function<void(Session&, const SessionNotes&)>> session_woken;
  // The delivery is held again by the row of this name.
  HookList<std::function<void(Resident&, Delivery&, const std::string& name)>> row_held;
  HookList<SessionHook> session_writable;       // after Session::ask_for_space
  HookList<VisibilityHook> visibility_changed;  // an address must not see the account's presence any more, or may now
  HookList<SessionHook> session_closing;        // it is still there, for the last time; presence is sent by then
  // A message or presence for an account that is not there: does what the sender would see of it if the account were
  // there, a stranger, and away. Stop: that was all; else a message is refused, and presence dropped.
  HookList<NobodyHook> at_nobody;
  HookList<ResidentLoad> resident_load;   // before anything is asked of a resident that was not in memory; an error
                                          // keeps it out
  HookList<AccountHook> account_removed;  // drop what is stored for it; on its home. A hook that does so later keeps
                                          // the removal until then
  HookList<AddressHook> address_gone;     // an account, or its whole tenant, is no more: drop what others keep of it;
                                          // on its home
  HookList<ContactHook> contact_gone;     // the same, to one in whose roster it is
  // Of a room, at its home: its occupant's session has this role from now on, by XEP-0045's names; "none": it has left.
  using RoleHook = std::function<void(const HostPtr&, const BareJid& room, const FullJid& session, const char* role)>;
  HookList<RoleHook> role_changed;
  // Its tombstone is written; once for each message, at the home of its author or of the room.
  HookList<std::function<void(const RetractedMessage&)>> message_retracted;
  HookList<NamedAt> named_at;  // the addresses at a domain of which others may keep something
  HookList<KeptAt> kept_at;    // what would be lost with a host, as "3 rooms"; empty: nothing
  HookList<std::function<void(const TenantPtr&)>> tenant_changed;  // also suspended and resumed; on every home
  HookList<std::function<void(const TenantPtr&)>> tenant_removed;  // drop what is in memory; on every home
  HookList<std::function<void()>> stopping;                        // SIGTERM: last words, while sessions are there

  AttachedNumbers resident_numbers, session_numbers;

 private:
  template <class Hook, size_t phases>
  using Table = std::array<std::array<HookList<Hook>, 3>, phases>;  // by phase and kind of stanza
  Table<OutboundHook, std::size(outbound_phases)> outbound_;
  Table<InboundHook, std::size(inbound_phases)> inbound_;
  template <class Handler>
  struct OfModule {
    Handler handler;
    uint64_t module;
    bool is_at(const Host& host) const { return (host.modules_off & module) == 0; }
  };
  std::unordered_map<std::string, OfModule<IqHandler>> iq_;
  struct SessionHooks {  // by name and namespace of an element
    std::unordered_map<std::string, OfModule<SessionHook>> hooks;
    Hooked add(std::string_view name, std::string_view ns, SessionHook handler, uint64_t module);
    const SessionHook* find(const Host& host, const xml::Element& element) const;
  };
  SessionHooks nonzas_, bind_features_;
  std::unordered_map<HostKind, OfModule<ServiceHandler>> services_;
  HomeChecker checker_;
};

}  // namespace teahouse
