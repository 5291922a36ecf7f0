// OfflineWorld: two tenants with two users each on one home, with sessions that are lost and resumed, and a server that
// is killed; for tests. Nobody asks for an archive.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "account/testing/account_world.h"
#include "modules/archive/archive_module.h"
#include "modules/disco/disco_module.h"
#include "modules/offline/offline_module.h"
#include "server/home.h"
#include "server/testing/session_world.h"
#include "store/memory/memory_plane.h"

namespace teahouse::testing {

// A client's end of a session.
class OfflineClient final : public Wire {
 public:
  void send_nonza(std::string) override {}
  Session* session = nullptr;
};

// A server with one home; one that was killed is kept, and has no more turns.
struct OfflineServer {
  OfflineServer(AccountWorld& world, store::MemoryPlane& plane)
      : throttle(world.clock),
        limits(world.clock),
        shared{world.clock, plane, world.accounts, world.keys, throttle, limits, "fake", {}},
        loop(0, world.clock),
        home(loop, shared) {
    home.modules().add(std::make_unique<RosterModule>());
    home.modules().add(std::make_unique<ArchiveModule>());
    home.modules().add(std::make_unique<DiscoModule>());
    home.modules().add(std::make_unique<OfflineModule>());
    for (const auto& tenant : {world.shop, world.forum}) home.set_tenant(tenant);
    shared.sessions_outlive_stop = true;
    plane.watch_commits(loop, [this](Lsn lsn) { home.commits().on_committed(lsn); });
  }

  LoginThrottle throttle;
  ApiCallLimits limits;
  Shared shared;
  net::Loop loop;
  Home home;
};

// Two tenants with the users "ann" and "bo" each. Nobody asks for an archive.
class OfflineWorld : public ::testing::Test {
 protected:
  OfflineWorld() {
    for (const auto& tenant : {world_.shop, world_.forum}) {
      for (const char* user : {"ann", "bo"}) EXPECT_TRUE(world_.create(tenant, user));
    }
    restart();
  }
  ~OfflineWorld() override {
    world_.come_to_rest([this] { turn(); });
  }

  // As after a kill: what was in memory is lost.
  void restart() { servers_.push_back(std::make_unique<OfflineServer>(world_, plane_)); }
  Home& home() { return servers_.back()->home; }
  void turn(int turns = 20) {
    for (int i = 0; i < turns; ++i) servers_.back()->loop.run_once(0);
  }

  // Available. Its session can be resumed, unless it has no stream management.
  OfflineClient& connect(const std::string& address, bool managed = true) {
    clients_.push_back(std::make_unique<OfflineClient>());
    OfflineClient& client = *clients_.back();
    const FullJid jid = *FullJid::parse(address);
    home().residents().with(jid.bare(), [&](Result<Resident*> resident) {
      client.session = *home().sessions().bind(**resident, jid.resourcepart());
      client.session->attach(&client);
      if (managed) {
        client.session->sm_enable(SessionDirectory::key_of(address));
        home().sessions().make_resumable(*client.session, 300);
      }
      client.session->set_presence(Stanza::make(StanzaKind::presence, StanzaType::none, {}));
      home().hooks().session_available(*client.session, true);
    });
    while (!client.session) servers_.back()->loop.run_once(10);
    turn();
    return client;
  }
  void lose(OfflineClient& client) {
    home().sessions().lose_stream(*client.session);
    turn();
  }
  void resume(OfflineClient& client) {
    home().sessions().resuming(*client.session);
    client.session->attach(&client);
    client.session->sm_resend();
    home().sessions().resumed(*client.session);
    turn();
  }
  void close(OfflineClient& client) {
    home().sessions().close(*client.session);
    turn();
  }
  static void acknowledge(OfflineClient& client, uint32_t count) {
    ASSERT_EQ(client.session->sm_acknowledge(client.session->sm_acknowledged() + count),
              Session::Acknowledged::accepted);
  }
  static void acknowledge_all(OfflineClient& client) {
    acknowledge(client, static_cast<uint32_t>(client.session->sm_unacknowledged()));
  }

  static Stanza message(const std::string& id, const std::string& payload = "<body>x</body>") {
    Stanza made = Stanza::make(StanzaKind::message, StanzaType::chat, payload);
    made.id = id;
    made.from = *FullJid::parse("bo@shop.example/desk");
    made.to = *BareJid::parse("ann@shop.example");
    return made;
  }
  void send(const std::vector<std::string>& ids) {
    for (const auto& id : ids) send(message(id));
  }
  // Gives what is to be on disk before it may be acknowledged.
  Lsn send(Stanza stanza) {
    std::optional<Lsn> told;
    home().router().route(std::move(stanza), std::make_shared<CallbackTicket>(
                                                 [&](const DeliveryOutcome& outcome) { told = outcome.stored; }));
    while (!told) servers_.back()->loop.run_once(10);
    turn();
    return *told;
  }
  uint64_t rows(const TenantPtr& tenant, const std::string& account) {
    return *world_.wait(plane_.map(tenant->id, "offline").count(world_.home, account));
  }
  uint64_t anns_rows() { return rows(world_.shop, "ann@shop.example"); }
  // Nobody else has anything in store, ever.
  void TearDown() override {
    EXPECT_EQ(rows(world_.shop, "bo@shop.example"), 0U);
    EXPECT_EQ(rows(world_.forum, "ann@forum.example"), 0U);
  }
  void limit_messages(int64_t limit) {
    auto limited = std::make_shared<Tenant>(*world_.shop);
    limited->plan.limits.offline_messages = limit;
    home().set_tenant(limited);
  }

  AccountWorld world_;
  store::MemoryPlane plane_;
  std::vector<std::unique_ptr<OfflineClient>> clients_;
  std::vector<std::unique_ptr<OfflineServer>> servers_;
};

}  // namespace teahouse::testing
