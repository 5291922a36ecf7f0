#include "server/module_context.h"

#include "server/testing/session_world.h"

namespace teahouse {
namespace {

using testing::SessionWorld;
using testing::start;

// Takes part in all that there is, and counts its state.
class Everywhere final : public Module {
 public:
  struct State {
    State() { ++alive; }
    ~State() { --alive; }
    static inline int alive = 0;
  };
  struct Calls {
    int outbound = 0, inbound = 0, iq = 0, service = 0, closing = 0, changed = 0, detached = 0;
  };
  explicit Everywhere(Calls& calls) : calls_(calls) {}

  const ModuleInfo& info() const override {
    static const ModuleInfo info{"everywhere", "For tests.", {}, {}, {}};
    return info;
  }
  void attach(ModuleContext& context) override {
    const auto of_resident = context.make_resident_slot<State>();
    const auto of_session = context.make_session_slot<State>();
    context.on_outbound(Phase::guard, StanzaKind::message, [this, of_session](Outbound& outbound) {
      of_session.of(*outbound.session);
      ++calls_.outbound;
      return Flow::go_on;
    });
    context.on_inbound(Phase::guard, StanzaKind::message, [this, of_resident](Inbound& inbound) {
      of_resident.of(inbound.resident);
      ++calls_.inbound;
      return Flow::go_on;
    });
    context.on_iq(IqTarget::host, StanzaType::get, "query", "test", [this, &context](const IqRequest& iq) {
      ++calls_.iq;
      context.reply(iq.stanza, {});
    });
    context.on_service(HostKind::rooms, [this](const HostPtr&, const Stanza&, const ReceiptPtr&) { ++calls_.service; });
    context.on(&Hooks::session_closing, [this](Session&) { ++calls_.closing; });
    context.on(&Hooks::tenant_changed, [this](const TenantPtr&) { ++calls_.changed; });
  }
  void detach() override { ++calls_.detached; }

 private:
  Calls& calls_;
};

class ModuleContextTest : public SessionWorld {
 protected:
  void say_all(Session& session) {
    for (const char* to : {"ann@forum.example", "hall@rooms.forum.example"}) {
      Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>x</body>");
      message.to = *BareJid::parse(to);
      home_.receive(session, std::move(message));
    }
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::get, "<query xmlns='test'/>");
    iq.id = "q";
    iq.to = *BareJid::parse("shop.example");
    home_.receive(session, std::move(iq));
    turn();
  }
};

TEST_F(ModuleContextTest, AModuleDetachedFromALiveTenantLeavesNothingBehind) {
  Everywhere::Calls calls;
  home_.add_module(std::make_unique<Everywhere>(calls));
  say_all(*shop_);
  EXPECT_EQ(calls.outbound, 2);
  EXPECT_EQ(calls.inbound, 1);
  EXPECT_EQ(calls.iq, 1);
  EXPECT_EQ(calls.service, 1);
  EXPECT_EQ(Everywhere::State::alive, 2);  // the sender's session, the recipient
  EXPECT_NE(home_.find_module("everywhere"), nullptr);
  EXPECT_EQ(home_.modules().size(), 1U);

  home_.remove_module("everywhere");
  EXPECT_EQ(calls.detached, 1);
  EXPECT_EQ(Everywhere::State::alive, 0);
  EXPECT_EQ(home_.find_module("everywhere"), nullptr);
  EXPECT_TRUE(home_.modules().empty());
  const Everywhere::Calls before = calls;
  shop_wire_.got.clear();
  forum_wire_.got.clear();
  say_all(*shop_);
  home_.set_tenant(world_.shop);
  home_.close_session(*forum_);
  EXPECT_EQ(calls.outbound, before.outbound);
  EXPECT_EQ(calls.inbound, before.inbound);
  EXPECT_EQ(calls.iq, before.iq);
  EXPECT_EQ(calls.service, before.service);
  EXPECT_EQ(calls.closing, before.closing);
  EXPECT_EQ(calls.changed, before.changed);
  EXPECT_EQ(Everywhere::State::alive, 0);
  EXPECT_EQ(forum_wire_.got.size(), 1U);  // the message arrives all the same
  EXPECT_EQ(shop_wire_.got.size(), 2U);   // nobody serves the room or the iq any more

  home_.add_module(std::make_unique<Everywhere>(calls));  // and its place is free
  say_all(*shop_);
  EXPECT_EQ(calls.iq, before.iq + 1);
}

TEST_F(ModuleContextTest, FindsWhatIsOfTheTenantItWasGivenAlone) {
  Everywhere::Calls calls;
  Everywhere module(calls);
  const ModuleContext context(home_, module);
  EXPECT_NE(context.find_resident(*world_.shop, "ann@shop.example"), nullptr);
  EXPECT_EQ(context.find_resident(*world_.shop, "ann@forum.example"), nullptr);
  EXPECT_EQ(context.find_resident(*world_.forum, "ann@shop.example"), nullptr);
  EXPECT_NE(context.find_host(*world_.shop, "rooms.shop.example"), nullptr);
  EXPECT_EQ(context.find_host(*world_.shop, "rooms.forum.example"), nullptr);
  context.map(*world_.shop, "test").store("key", "entry", "the shop's");
  plane_.hold_commits(false);
  std::optional<Result<uint64_t>> shop, forum;
  start(context.map(*world_.shop, "test").count(loop_, "key"), &shop);
  start(context.map(*world_.forum, "test").count(loop_, "key"), &forum);
  turn();
  EXPECT_EQ(**shop, 1U);
  EXPECT_EQ(**forum, 0U);
}

TEST_F(ModuleContextTest, ReachesItselfAtAnotherHomeByAnAddressOfTheTenant) {
  Everywhere::Calls calls;
  home_.add_module(std::make_unique<Everywhere>(calls));
  const SharedContext context(house_, "everywhere"), missing(house_, "nowhere");
  int reached = 0;
  context.at(world_.shop->id, *BareJid::parse("hall@rooms.shop.example"), [&](Module* module, const HostPtr& host) {
    EXPECT_NE(module, nullptr);
    EXPECT_TRUE(host && host->kind == HostKind::rooms);
    ++reached;
  });
  context.at(world_.shop->id, *BareJid::parse("hall@rooms.forum.example"), [&](Module* module, const HostPtr& host) {
    EXPECT_NE(module, nullptr);
    EXPECT_EQ(host, nullptr);
    ++reached;
  });
  missing.at(world_.shop->id, *BareJid::parse("hall@rooms.shop.example"), [&](Module* module, const HostPtr&) {
    EXPECT_EQ(module, nullptr);
    ++reached;
  });
  context.at_each([&](Module&) { ++reached; });
  turn();
  EXPECT_EQ(reached, 4);
}

}  // namespace
}  // namespace teahouse
