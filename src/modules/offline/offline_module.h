// OfflineModule: keeps what nobody was there to read, and hands it over at the next available presence that is not
// negative, as fast as the client reads.
//
// A row of the queue may be held: its message is with sessions of the account, that were handed it over, or that wait
// to be resumed. Nobody else is handed what is held. It goes when one of them has taken the message; it waits for the
// next session when they have ended, and when the server has.
//
// A client may read what waits by itself instead (`Retrieval`).
//
// Thread: its home loop.
// Limits: the plan's offline_messages for each account, those that are held included; past it the sender gets
// service-unavailable (RFC 6121 section 8.5.2.2.1), and what a session waits with is not held. 1,000 copies of what
// waits are remembered for each account. Spec: XEP-0013, XEP-0160, XEP-0198 section 4, RFC 6121 section 8.5.2.2,
// XEP-0203, XEP-0386 (what waits and is in the archive goes when a client that has bound so becomes available).
#pragma once

#include <unordered_set>

#include "modules/disco/disco_module.h"
#include "modules/offline/retrieval.h"
#include "server/module_context.h"

namespace teahouse {

class OfflineModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  // --- for Retrieval
  store::MapStore store(const Tenant& tenant) const { return context_->map(tenant, "offline"); }
  bool is_held(const BareJid& account, const std::string& name) const;
  // Of what waits, those that the next session is handed.
  int64_t count_free(Resident& resident) { return queue_->of(resident).waiting - count_held(resident.jid()); }
  // The message of a row; none, and the row is dropped, where the account is not to have it any more.
  std::optional<Stanza> read(Resident& resident, const store::MapStore::Entry& entry);
  Lsn drop(const Tenant& tenant, const BareJid& account, const std::string& name);
  void stop_handing_over(Resident& resident) { queue_->of(resident).receiver = 0; }

 private:
  class Row;
  struct Copy {
    uint64_t session;
    std::string name;      // of the row
    DeliveryPtr delivery;  // null: from before a restart, and perhaps not taken
  };
  struct Queue {
    int64_t waiting = 0;                   // those that are held included
    uint64_t receiver = 0;                 // the session that they are handed over to, a portion at a time; 0: none
    std::string handed_until;              // the last one that it was handed
    net::Timer again;                      // runs when they could not be read
    std::unordered_set<std::string> gone;  // dropped since the last portion was asked for, which may have them still
    // Sessions that were not to get what waits, but had a copy of it: to send it to them again is to send it twice.
    std::vector<Copy> copied;
  };
  Flow keep(Inbound& inbound);
  Flow hold(Inbound& inbound);
  std::string write(Inbound& inbound);
  bool is_full(Resident& resident);
  Flow vanish(const Tenant& tenant, const Stanza& message, const TicketPtr& ticket);
  void hand_over(Session& session);
  void go_on(Session& session);
  void pass_on(Session& session);
  // Which rows it had a copy of, over a restart.
  void park(Session& session, SessionNotes& notes);
  void wake(Session& session, const SessionNotes& notes);
  static Task<Result<void>> load(OfflineModule& self, Resident& resident);
  static Task<void> deliver(OfflineModule& self, TenantPtr tenant, BareJid account, uint64_t session,
                            std::string after);
  // A client that binds by XEP-0386 (section 3.2) reads in the archive what waited until then; the rest stays.
  static Task<std::string> clear_archived(OfflineModule& self, Session& session, store::ArchiveId bound);
  void hand(Session& receiver, const store::MapStore::Entry& entry);
  int64_t count_held(const BareJid& account) const;

  ModuleContext* context_ = nullptr;
  DiscoModule* disco_ = nullptr;
  std::optional<Attached<Queue>> queue_;
  std::optional<Retrieval> retrieval_;
  // By account: the names of rows. Sessions may end after the resident was forgotten, so it is none of its attached.
  TextMap<std::unordered_set<std::string>> held_;
};

}  // namespace teahouse
