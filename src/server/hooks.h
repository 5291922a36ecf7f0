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

#include "base/home_checker.h"
#include "base/task.h"
#include "server/hook_list.h"
#include "server/receipt.h"
#include "server/removal.h"
#include "server/resident.h"
#include "server/session.h"
#include "server/slot.h"
#include "xmpp/stanza.h"

namespace teahouse {

enum class Phase : uint8_t {
  guard,    // may it pass at all? answer an error and stop, or stop silently
  rewrite,  // what it says is mended: forged ids removed, stamps added
  archive,  // it is stored
  copy,     // carbons
  deliver,  // takes it over instead of the rules of RFC 6121
  notify,   // it was delivered to nobody: offline queue, push
  hold,     // no session that it was delivered to has a stream: what a crash must not lose gets its Delivery::row
};
inline constexpr size_t phase_count = 7;
enum class Flow : uint8_t { go_on, stop };

// A stanza on its way from a local account, on the account's home.
struct Outbound {
  Resident& resident;
  Session* session;  // that sent it; null when the HTTP API did, as the account. Presence always has one
  Stanza& stanza;    // `from` is the session's full JID; `to` is set, but for undirected presence
  const ReceiptPtr& receipt;
  Lsn gate = 0;                                        // copies of it must not reach a client before this is on disk
  store::ArchiveId archived = store::ArchiveId::none;  // its id in the sender's own archive
};

// A stanza that has reached the home of the account that it is for.
struct Inbound {
  Resident& resident;
  Stanza& stanza;
  const ReceiptPtr& receipt;
  Lsn gate = 0;                        // it must not reach a client before this is on disk
  DeliveryPtr delivery;                // null while one session at most is known to get the message
  std::vector<Session*> delivered_to;  // filled before copy: the sessions that get it by the rules
  std::vector<Session*> copied_to;     // where those are none, filled by copy: the sessions that have it all the same

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
  const ReceiptPtr& receipt;
  // The account asks for itself: its own bare address, or none.
  bool is_own_account() const { return session && resident == &session->resident(); }
};
enum class IqTarget : uint8_t {
  account,
  own_account,  // which the account itself asks; to everybody else it is forbidden, whether the account is there or not
  nobody,       // the bare address of an account that is not there: what answers strangers as an account does
  host,
};

// An iq from a stream that is not authenticated yet (XEP-0077). `answer` may be called later, and not when the stream
// is gone.
struct StrangerIq {
  HostPtr host;
  const Stanza& stanza;
  const xml::Element& query;
  std::string address;
  std::function<void(Stanza)> answer;
};

class Hooks {
 public:
  using OutboundHook = std::function<Flow(Outbound&)>;
  using InboundHook = std::function<Flow(Inbound&)>;
  using IqHandler = std::function<void(const IqRequest&)>;  // answers by home.route(...), now or later
  using SessionHook = std::function<void(Session&)>;
  using ResidentLoad = std::function<Task<Result<void>>(Resident&)>;  // the Resident lives until the task ends
  using AccountHook = std::function<void(const HostPtr&, const BareJid&, const RemovalPtr&)>;
  using AddressHook = std::function<void(const BareJid&, const RemovalPtr&)>;
  using ContactHook = std::function<void(Resident&, const BareJid& contact, const RemovalPtr&)>;
  using NamedAt = std::function<Task<Result<std::vector<BareJid>>>(std::string domain)>;
  using NobodyHook = std::function<Flow(const HostPtr&, const Stanza&, const ReceiptPtr&)>;
  using ServiceHandler = std::function<void(const HostPtr&, Stanza, ReceiptPtr)>;

  [[nodiscard]] Hooked on_outbound(Phase phase, StanzaKind kind, OutboundHook hook) {
    return at(outbound_, phase, kind).add(std::move(hook));
  }
  [[nodiscard]] Hooked on_inbound(Phase phase, StanzaKind kind, InboundHook hook) {
    return at(inbound_, phase, kind).add(std::move(hook));
  }
  Flow run(Phase phase, Outbound& outbound) const;
  Flow run(Phase phase, Inbound& inbound) const;

  // `type` is get or set. One handler for each (target, type, name, ns).
  [[nodiscard]] Hooked on_iq(IqTarget target, StanzaType type, std::string_view name, std::string_view ns,
                             IqHandler handler);
  const IqHandler* find_iq(const IqRequest& request) const;
  const IqHandler* find_iq(IqTarget target, const IqRequest& request) const;
  bool is_for_own_account(StanzaType type, std::string_view name, std::string_view ns) const;

  // Takes every stanza for a host of this kind, on the home loop of `to`'s bare address (of the host itself for its
  // own).
  [[nodiscard]] Hooked on_service(HostKind kind, ServiceHandler handler);
  const ServiceHandler* find_service(HostKind kind) const;

  HookList<std::function<void(const StrangerIq&)>> stranger_iq;  // without, such iqs end the stream

  HookList<SessionHook> session_bound;                                      // just after bind
  HookList<std::function<void(Session&, bool initial)>> session_available;  // sent undirected available presence
  HookList<SessionHook> session_resumed;                                    // after <resumed/>
  HookList<SessionHook> session_has_room;                                   // after Session::ask_for_room
  HookList<SessionHook> session_closing;  // it is still there, for the last time; presence is sent by then
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
  HookList<NamedAt> named_at;             // the addresses at a domain of which others may keep something
  HookList<std::function<void(const TenantPtr&)>> tenant_changed;  // also suspended and resumed; on every home
  HookList<std::function<void(const TenantPtr&)>> tenant_removed;  // drop what is in memory; on every home
  HookList<std::function<void()>> stopping;                        // SIGTERM: last words, while sessions are there

  SlotNumbers resident_slots, session_slots;

 private:
  template <class Hook>
  using Table = std::array<std::array<HookList<Hook>, 3>, phase_count>;
  template <class Hook>
  static HookList<Hook>& at(Table<Hook>& table, Phase phase, StanzaKind kind) {
    return table[static_cast<size_t>(phase)][static_cast<size_t>(kind)];
  }
  Table<OutboundHook> outbound_;
  Table<InboundHook> inbound_;
  std::unordered_map<std::string, IqHandler> iq_;
  std::unordered_map<HostKind, ServiceHandler> services_;
  HomeChecker checker_;
};

}  // namespace teahouse
