// SessionWorld: one home with a session each of two tenants' accounts, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "account/testing/account_world.h"
#include "server/home.h"
#include "store/memory/memory_plane.h"

namespace teahouse::testing {

// Wire: keeps what a client would have got.
class Wire : public SessionStream {
 public:
  void send_stanza(const Stanza& stanza) override {
    got.push_back(stanza.id);
    last.clear();
    stanza.write(last);
  }
  void send_nonza(std::string xml) override { got.push_back(std::move(xml)); }
  size_t queued_bytes() const override { return queued; }
  bool is_private() const override { return true; }
  void session_closed() override { closed = true; }
  int64_t heard_ms() const override { return heard; }
  bool ask() override {
    ++asked;
    return !answers;
  }
  int64_t silent_since_ms() const override {
    ++looked_at;
    return silent_since;
  }
  void end(std::string_view condition, std::string_view) override { ended = condition; }
  void cut() override { ended = "cut"; }

  std::vector<std::string> got;
  std::string last;  // the last stanza, as XML
  std::string ended;
  size_t queued = 0;
  bool closed = false;
  int64_t heard = 1, silent_since = 0;
  size_t asked = 0;
  mutable size_t looked_at = 0;  // how often somebody wanted to know whether it is silent
  bool answers = true;
};

// Two tenants with an account "ann" each, on one home; commits happen when told.
class SessionWorld : public ::testing::Test {
 protected:
  SessionWorld() {
    for (const auto& tenant : {world_.shop, world_.forum}) {
      home_.set_tenant(tenant);
      EXPECT_TRUE(world_.create(tenant, "ann"));
    }
    plane_.watch_commits(loop_, [this](Lsn lsn) { home_.commits().on_committed(lsn); });
    shop_ = connect("ann@shop.example/phone", shop_wire_);
    forum_ = connect("ann@forum.example/phone", forum_wire_);
    plane_.hold_commits(true);
  }
  ~SessionWorld() override {
    world_.come_to_rest([this] { turn(); });
  }

  Session* connect(const std::string& address, Wire& wire) {
    const FullJid jid = *FullJid::parse(address);
    Session* session = nullptr;
    home_.residents().with(jid.bare(), [&](Result<Resident*> resident) {
      session = *home_.sessions().bind(**resident, jid.resourcepart());
      session->attach(&wire);
      session->set_presence(Stanza::make(StanzaKind::presence, StanzaType::none, {}));
    });
    while (!session) loop_.run_once(10);
    return session;
  }
  void turn() {
    for (int i = 0; i < 5; ++i) loop_.run_once(0);
  }
  Lsn write() { return plane_.map(world_.shop->id, "test").store("key", "entry", "value"); }
  static Stanza message(const std::string& id) {
    Stanza made = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>x</body>");
    made.id = id;
    made.from = *FullJid::parse("bo@shop.example/desk");
    made.to = *BareJid::parse("ann@shop.example");
    return made;
  }

  AccountWorld world_;
  store::MemoryPlane plane_;
  LoginThrottle throttle_{world_.clock};
  ApiCallLimits limits_{world_.clock};
  Shared shared_{world_.clock, plane_, world_.accounts, world_.keys, throttle_, limits_, "fake", {}};
  net::Loop loop_{0, world_.clock};
  Home home_{loop_, shared_};
  Wire shop_wire_, forum_wire_;
  Session* shop_ = nullptr;
  Session* forum_ = nullptr;
};

}  // namespace teahouse::testing
