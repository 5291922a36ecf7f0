// Home: all that lives on one loop: the accounts (and, through the modules, the rooms) whose bare JID chooses this
// loop, and the way from any stanza to where it belongs.
//
// Thread: its loop, but for what says "any".
// Owns: its residents and modules.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "account/accounts.h"
#include "account/call_limits.h"
#include "account/login_throttle.h"
#include "base/clock.h"
#include "base/fifo.h"
#include "base/text_map.h"
#include "base/token_buckets.h"
#include "net/loop.h"
#include "server/archive_ids.h"
#include "server/delivery.h"
#include "server/hooks.h"
#include "server/loading.h"
#include "server/module.h"
#include "server/residents.h"
#include "store/data_plane.h"
#include "tenant/host_table.h"
#include "tenant/keys.h"
#include "tenant/tenant.h"
#include "xmpp/stanza.h"

namespace teahouse {

class Home;
class ModuleContext;

// All homes; a bare JID (or a host's name) belongs to exactly one. Thread: any, once the loops run.
struct Homes {
  std::vector<Home*> all;
  Home& of(std::string_view bare_jid) const;
  // Runs the work on every home and then, once all have done it, `done` on `home`.
  void on_each(Executor& home, std::function<void(Home&)> work, std::function<void()> done) const;
};

// What all homes share; everything in it may be used on any thread.
struct House {
  const Clock& clock;
  store::DataPlane& data;
  Accounts& accounts;
  Keys& keys;
  LoginThrottle& throttle;
  CallLimits& limits;
  std::string fake_salt_secret;  // for SCRAM with accounts that are not there
  Homes homes;
  std::string archive_id_secret = {};  // for how ids of archives are shown
};

class Home {
 public:
  static constexpr size_t idle_residents_max = 4096;

  Home(net::Loop& loop, House& house);
  ~Home();

  net::Loop& loop() { return loop_; }
  House& house() { return house_; }
  const Clock& clock() const { return house_.clock; }
  store::DataPlane& data() { return house_.data; }
  Hooks& hooks() { return hooks_; }
  HostTable& hosts() { return hosts_; }
  ArchiveIds& archive_ids() { return archive_ids_; }
  store::Arrival make_arrival() { return archive_ids_.make(house_.clock.wall_ms()); }

  // --- modules
  void add_module(std::unique_ptr<Module> module);
  // Takes it out of a running home: its hooks end and its state goes. REQUIRES: none of its hooks is being called.
  void remove_module(std::string_view name);
  Module* find_module(std::string_view name) const;
  const std::vector<const ModuleInfo*>& modules() const { return infos_; }  // in their order

  // --- routing
  // Sends a stanza to where its `to` lives, on whatever loop that is. `to` and `from` are set. Nobody there: the error
  // answer of RFC 6120 section 10 goes back.
  void route(Stanza stanza, ReceiptPtr receipt = nullptr);
  // Answers a request: route(Stanza::make_reply(...)) and errors, in a word.
  void reply(const Stanza& request, std::string payload, ReceiptPtr receipt = nullptr);
  void reply_error(const Stanza& request, const Error& error);
  // A stanza that a local session sent, `from` stamped: all phases, then route. For c2s.
  void receive(Session& session, Stanza stanza);
  // The same for what the API sends as an account. `from` is set by the caller; `receipt` tells when all is on disk.
  void send_as(Resident& resident, Stanza stanza, const ReceiptPtr& receipt) {
    send(resident, nullptr, std::move(stanza), receipt);
  }

  // Where the address is the RFC 3920 form of an account's (Aliases), makes it that account's.
  void lead_to_account(Jid& address) const;
  void lead_to_account(BareJid& address) const;

  // --- residents
  // Calls back with the account (never null), loaded if need be: now when it is in memory, else later (calls for one
  // account keep their order). Errors: item_not_found when there is no such account, another when nobody can tell, or
  // what is kept of it can't be read. REQUIRES: it belongs to this home.
  using ResidentWork = std::function<void(Result<Resident*>)>;
  void with_resident(const BareJid& jid, ResidentWork work);
  Resident* find_resident(std::string_view bare_jid);  // only if in memory
  const Residents& residents() const { return residents_; }
  // The account was removed: its sessions end, the modules forget it, and so does who names it; `removal` is let go
  // when all have.
  void remove_account(const HostPtr& host, const BareJid& jid, const RemovalPtr& removal);

  // --- sessions
  // Binds a resource. Errors: resource_constraint past the plan's sessions. An older session of the same name ends with
  // conflict; where that has happened to it often in a minute, the new one gets another name instead.
  Result<Session*> bind(Resident& resident, std::string_view resourcepart);
  // Ends a session: unavailable presence, hooks, undelivered stanzas go on. Its stream, if it has one, ends with
  // `condition` (empty: the stream is the caller's affair).
  void close_session(Session& session, std::string_view condition = {}, std::string_view text = {});
  Session* find_session(uint64_t number);
  // From now on the session can be resumed under its resume id, up to so long after its stream is gone.
  static constexpr int64_t resume_max_s = 300;
  void make_resumable(Session& session, int64_t max_s);
  // The stream is gone: the session waits to be resumed, and what it holds alone is held on disk, or it closes.
  void stream_lost(Session& session);
  Session* find_resumable(std::string_view resume_id);
  void resuming(Session& session);  // it waits no longer
  void resumed(Session& session);   // its new stream is attached

  // --- tenants
  void set_tenant(const TenantPtr& tenant);  // new, changed, suspended, resumed
  void remove_tenant(const TenantPtr& tenant);

  // --- commits
  Lsn committed() const { return committed_; }
  void on_committed(Lsn lsn);
  // The session has something that waits for a commit.
  void wait_for_commit(Session& session) { waiting_sessions_.push_back(session.number()); }
  // Work for when this Lsn is on disk (now, if it is).
  void when_committed(Lsn lsn, std::function<void()> work);

  // For SIGTERM, in two steps. First, on all homes (Worker::refuse_more): what clients send from now on is not taken,
  // and so never acknowledged; while one home stops, nobody can send into it from another. Then every session ends with
  // system-shutdown; resumable ones too.
  void refuse_more() { refuses_more_ = true; }
  bool refuses_more() const { return refuses_more_; }
  void stop();

 private:
  struct Attached {
    std::unique_ptr<ModuleContext> context;
    std::unique_ptr<Module> module;
  };
  std::optional<BareJid> find_by_form(std::string_view localpart, std::string_view domainpart) const;
  struct Resumable {
    uint64_t session;
    int64_t max_s;
    net::Timer timer;
  };  // the timer runs while there is no stream

  void send(Resident& resident, Session* session, Stanza stanza, const ReceiptPtr& receipt);
  void arrive(Stanza stanza, ReceiptPtr receipt);
  void arrive_at_host(const HostPtr& host, Stanza stanza, const ReceiptPtr& receipt, Session* session);
  void arrive_at_account(Resident& resident, Stanza& stanza, const ReceiptPtr& receipt);
  void arrive_at_nobody(const HostPtr& host, Stanza stanza, const ReceiptPtr& receipt);
  void arrive_nowhere(Stanza stanza);
  DeliveryPtr find_delivery(const Inbound& inbound);
  void deliver_message(Inbound& inbound);
  void give(Inbound& inbound);
  void hold(Inbound& inbound);
  void deliver_presence(Inbound& inbound);
  void deliver_iq(Inbound& inbound);
  void handle_iq(const HostPtr& host, Resident* resident, Session* session, const Stanza& stanza,
                 const ReceiptPtr& receipt);
  Task<void> load(BareJid jid, HostPtr host);
  void finish_loading(const BareJid& jid, Result<std::unique_ptr<Resident>> resident);
  void forget_idle_residents();
  void hold_waiting();
  void redeliver_waiting();
  void redeliver(const Undelivered& undelivered);
  void redeliver_at(Resident& resident, const Undelivered& undelivered);

  net::Loop& loop_;
  House& house_;
  Hooks hooks_;
  HostTable hosts_;
  ArchiveIds archive_ids_;
  std::vector<Attached> modules_;
  std::vector<Attached> detached_;  // tasks that they began may not have ended
  std::vector<const ModuleInfo*> infos_;
  Residents residents_;
  Loading<std::string, ResidentWork> loading_;
  std::unordered_map<uint64_t, Session*> sessions_;
  TextMap<Resumable> resumable_;
  TokenBuckets displacements_{10'000};  // by full JID
  std::vector<uint64_t> waiting_sessions_;
  Fifo<Undelivered> unheld_;        // of sessions that lost their streams
  bool unheld_waits_ = false;       // for a later turn
  Fifo<Undelivered> undelivered_;   // of sessions that closed
  bool undelivered_waits_ = false;  // for a later turn
  struct PassedOn {
    std::weak_ptr<Receipt> receipt;  // of the stanza that its sender sent
    std::string account;
    DeliveryPtr delivery;
  } passed_on_;  // the last message that a room passed on to an account
  std::multimap<Lsn, std::function<void()>> waiting_work_;
  Lsn committed_ = 0;
  uint64_t last_session_ = 0;
  bool sweep_pending_ = false;
  bool refuses_more_ = false;
  HomeChecker checker_;  // of what happens on its loop; tenants are set before that runs
};

}  // namespace teahouse
