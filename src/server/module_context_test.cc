#include "server/module_context.h"

#include "http/fake/served_pair.h"
#include "server/testing/session_world.h"

namespace teahouse::module_context_test {
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
    int outbound = 0, inbound = 0, iq = 0, service = 0, http = 0, closing = 0, changed = 0, detached = 0;
  };
  explicit Everywhere(Calls& calls) : calls_(calls) {}

  const ModuleInfo& info() const override {
    static const ModuleInfo info{.name = "everywhere", .summary = "For tests.", .is_optional = true};
    return info;
  }
  void attach(ModuleContext& context) override {
    const auto of_resident = context.attach_to_residents<State>();
    const auto of_session = context.attach_to_sessions<State>();
    context.on_outbound(OutboundPhase::guard, StanzaKind::message, [this, of_session](Outbound& outbound) {
      of_session.of(*outbound.session);
      ++calls_.outbound;
      return Flow::go_on;
    });
    context.on_inbound(InboundPhase::guard, StanzaKind::message, [this, of_resident](Inbound& inbound) {
      of_resident.of(inbound.resident);
      ++calls_.inbound;
      return Flow::go_on;
    });
    context.on_iq(IqTarget::host, StanzaType::get, "query", "test", [this, &context](const IqRequest& iq) {
      ++calls_.iq;
      context.reply(iq.stanza, {});
    });
    context.on_service(HostKind::rooms, [this](const HostPtr&, const Stanza&, const TicketPtr&) { ++calls_.service; });
    context.on_http({HostKind::accounts,
                     "PUT",
                     "/test/{name}",
                     [this](const HostPtr& host, const http::Request& request, http::Responder responder) {
                       ++calls_.http;
                       responder.send(http::make_text(200, host->domain + " " + request.capture("name")));
                     },
                     {5'000'000, true}});
    context.on(&Hooks::session_closing, [this](Session&) { ++calls_.closing; });
    context.on(&Hooks::tenant_changed, [this](const TenantPtr&) { ++calls_.changed; });
  }
  void detach() override { ++calls_.detached; }

 private:
  Calls& calls_;
};

struct Note {
  std::string name;
  std::vector<std::string>* notes;
  void arrive(Module* module, const HostPtr& host) const {
    notes->push_back(name + ": " + (module ? "module" : "") + (module && host ? ", " : "") + (host ? "host" : ""));
  }
};

class ModuleContextTest : public SessionWorld {
 protected:
  void say_all(Session& session) {
    for (const char* to : {"ann@forum.example", "hall@rooms.forum.example"}) {
      Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>x</body>");
      message.to = *BareJid::parse(to);
      home_.router().receive(session, std::move(message));
    }
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::get, "<query xmlns='test'/>");
    iq.id = "q";
    iq.to = *BareJid::parse("shop.example");
    home_.router().receive(session, std::move(iq));
    turn();
  }
};

TEST_F(ModuleContextTest, AModuleDetachedFromALiveTenantLeavesNothingBehind) {
  Everywhere::Calls calls;
  home_.modules().add(std::make_unique<Everywhere>(calls));
  say_all(*shop_);
  EXPECT_EQ(calls.outbound, 2);
  EXPECT_EQ(calls.inbound, 1);
  EXPECT_EQ(calls.iq, 1);
  EXPECT_EQ(calls.service, 1);
  EXPECT_EQ(Everywhere::State::alive, 2);  // the sender's session, the recipient
  EXPECT_NE(home_.modules().find("everywhere"), nullptr);
  EXPECT_EQ(home_.modules().infos().size(), 1U);

  home_.modules().remove("everywhere");
  EXPECT_EQ(calls.detached, 1);
  EXPECT_EQ(Everywhere::State::alive, 0);
  EXPECT_EQ(home_.modules().find("everywhere"), nullptr);
  EXPECT_TRUE(home_.modules().infos().empty());
  const Everywhere::Calls before = calls;
  shop_wire_.got.clear();
  forum_wire_.got.clear();
  say_all(*shop_);
  home_.set_tenant(world_.shop);
  home_.sessions().close(*forum_);
  EXPECT_EQ(calls.outbound, before.outbound);
  EXPECT_EQ(calls.inbound, before.inbound);
  EXPECT_EQ(calls.iq, before.iq);
  EXPECT_EQ(calls.service, before.service);
  EXPECT_EQ(calls.closing, before.closing);
  EXPECT_EQ(calls.changed, before.changed);
  EXPECT_EQ(Everywhere::State::alive, 0);
  EXPECT_EQ(forum_wire_.got.size(), 1U);  // the message arrives all the same
  EXPECT_EQ(shop_wire_.got.size(), 2U);   // nobody serves the room or the iq any more

  home_.modules().add(std::make_unique<Everywhere>(calls));  // and its place is free
  say_all(*shop_);
  EXPECT_EQ(calls.iq, before.iq + 1);
}

// The shop goes without it, the forum does not.
TEST_F(ModuleContextTest, AModuleIsNotAtATenantThatGoesWithoutIt) {
  Everywhere::Calls calls;
  home_.modules().add(std::make_unique<Everywhere>(calls));
  Tenant without = *world_.shop;
  without.modules_off = {"everywhere", "of-a-later-version"};
  home_.set_tenant(std::make_shared<const Tenant>(std::move(without)));
  EXPECT_EQ(shop_wire_.ended, "reset");
  EXPECT_EQ(forum_wire_.ended, "");
  EXPECT_EQ(home_.residents().find("ann@shop.example"), nullptr) << "it is loaded anew, by the modules that are left";
  shop_ = connect("ann@shop.example/phone", shop_wire_);
  const Everywhere::Calls before = calls;
  say_all(*shop_);
  EXPECT_EQ(calls.outbound, before.outbound);
  EXPECT_EQ(calls.inbound, before.inbound + 1) << "the forum has it";
  EXPECT_EQ(calls.iq, before.iq);
  EXPECT_EQ(calls.service, before.service + 1);
  home_.sessions().close(*shop_);
  EXPECT_EQ(calls.closing, before.closing);
  const HostPtr shop = home_.hosts().find("shop.example"), forum = home_.hosts().find("forum.example");
  EXPECT_TRUE(home_.modules().infos(*shop).empty());
  EXPECT_EQ(home_.modules().infos(*forum).size(), 1U);

  home_.set_tenant(world_.shop);  // with it again
  EXPECT_EQ(calls.changed, before.changed + 1);
  shop_ = connect("ann@shop.example/phone", shop_wire_);
  say_all(*shop_);
  EXPECT_EQ(calls.outbound, before.outbound + 2);
  EXPECT_EQ(calls.iq, before.iq + 1);
}

class Counts final : public Module {
 public:
  const ModuleInfo& info() const override {
    static const ModuleInfo info{
        .name = "counts",
        .summary = "For tests.",
        .options = {OptionInfo::number("most", 20, 0, 100, "things", "How many."),
                    OptionInfo::choice("by", {"users", "staff"}, "By whom.")},
        .metrics = {{"things", MetricInfo::Kind::gauge, "Things."}, {"calls", MetricInfo::Kind::counter, "Calls."}}};
    return info;
  }
  void attach(ModuleContext& attached) override {
    context = &attached;
    calls = &attached.count_as("calls");
    attached.measure("things", [] { return 7; });
  }
  ModuleContext* context = nullptr;
  int64_t* calls = nullptr;
};

TEST_F(ModuleContextTest, AnOptionHasTheTenantsValueElseTheServersElseItsOwn) {
  enum class By { users, staff };
  shared_.option_defaults["counts.by"] = 1;
  Everywhere::Calls calls;
  home_.modules().add(std::make_unique<Everywhere>(calls));
  auto owned = std::make_unique<Counts>();
  const Counts& counts = *owned;
  home_.modules().add(std::move(owned));
  const auto most = [&](const char* domain) {
    return counts.context->option<size_t>(*home_.hosts().find(domain), "most");
  };
  EXPECT_EQ(most("shop.example"), 20U) << "a tenant that was there before the module";
  Tenant changed = *world_.shop;
  changed.module_options = R"({"counts": {"most": 5, "colour": 1}, "nowhere": {"most": 6}})";
  home_.set_tenant(std::make_shared<const Tenant>(std::move(changed)));
  home_.set_tenant(world_.forum);
  EXPECT_EQ(most("shop.example"), 5U);
  EXPECT_EQ(most("rooms.shop.example"), 5U);
  EXPECT_EQ(most("forum.example"), 20U);
  EXPECT_EQ(counts.context->option<By>(*home_.hosts().find("forum.example"), "by"), By::staff);
  EXPECT_EQ(shop_wire_.ended, "") << "no session ends by it";
  home_.set_tenant(world_.shop);
  EXPECT_EQ(most("shop.example"), 20U);
}

TEST_F(ModuleContextTest, MetricsStandInTheOrderInWhichTheyAreDeclared) {
  Everywhere::Calls calls;
  home_.modules().add(std::make_unique<Everywhere>(calls));
  auto owned = std::make_unique<Counts>();
  const Counts& counts = *owned;
  home_.modules().add(std::move(owned));
  *counts.calls += 3;
  EXPECT_EQ(home_.modules().read_metrics(), (std::vector<int64_t>{7, 3}));
  home_.modules().remove("counts");
  EXPECT_TRUE(home_.modules().read_metrics().empty());
}

TEST_F(ModuleContextTest, AModulesRouteIsAtHostsOfItsKindWhoseTenantsHaveIt) {
  Everywhere::Calls calls;
  home_.modules().add(std::make_unique<Everywhere>(calls));
  const auto put = [&](const std::string& host) {
    http::fake::ServedPair pair(home_.http_routes());
    return pair.exchange(pair.connect(), "PUT /test/a HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
  };
  EXPECT_TRUE(put("Shop.example:8443").ends_with("\r\n\r\nshop.example a"));
  EXPECT_TRUE(put("forum.example").ends_with("\r\n\r\nforum.example a"));
  EXPECT_TRUE(put("rooms.forum.example").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(put("nobody.example").starts_with("HTTP/1.1 404 "));
  http::Request head;
  head.method = "PUT";
  head.path = "/test/a";
  head.host = "shop.example";
  EXPECT_TRUE(home_.http_routes().body_rule(head).is_streamed);
  EXPECT_EQ(home_.http_routes().body_rule(head).bytes_max, 5'000'000U);

  Tenant without = *world_.shop;
  without.modules_off = {"everywhere"};
  home_.set_tenant(std::make_shared<const Tenant>(std::move(without)));
  EXPECT_TRUE(put("shop.example").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(put("forum.example").starts_with("HTTP/1.1 200 "));
  home_.modules().remove("everywhere");
  EXPECT_TRUE(put("forum.example").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(home_.http_routes().routes().empty());
  EXPECT_EQ(calls.http, 3);
}

TEST_F(ModuleContextTest, AModulesRouteIsAtADomainAsDnsWritesIt) {
  Everywhere::Calls calls;
  home_.modules().add(std::make_unique<Everywhere>(calls));
  Tenant books = *world_.shop;
  books.hosts.front().domain = "bücher.example";
  home_.set_tenant(std::make_shared<const Tenant>(std::move(books)));
  EXPECT_EQ(home_.find_http_host("xn--bcher-kva.example"), home_.hosts().find("bücher.example"));
  EXPECT_NE(home_.find_http_host("xn--bcher-kva.example"), nullptr);
  EXPECT_EQ(home_.find_http_host("ann@forum.example"), nullptr);
  EXPECT_EQ(home_.find_http_host(""), nullptr);
}

// Its memory of an account is right when the tenant has it again.
TEST_F(ModuleContextTest, AModuleThatATenantGoesWithoutLoadsItsAccounts) {
  class Loads final : public Module {
   public:
    const ModuleInfo& info() const override {
      static const ModuleInfo info{.name = "loads", .summary = "For tests.", .is_optional = true};
      return info;
    }
    void attach(ModuleContext& context) override {
      context.on(&Hooks::resident_load, [this](Resident&) { return count(*this); });
    }
    static Task<Result<void>> count(Loads& self) {
      ++self.loaded;
      co_return Result<void>();
    }
    int loaded = 0;
  };
  auto owned = std::make_unique<Loads>();
  const Loads& loads = *owned;
  home_.modules().add(std::move(owned));
  EXPECT_TRUE(world_.create(world_.shop, "ben"));
  Tenant without = *world_.shop;
  without.modules_off = {"loads"};
  home_.set_tenant(std::make_shared<const Tenant>(std::move(without)));
  bool found = false;
  home_.residents().with(*BareJid::parse("ben@shop.example"),
                         [&](const Result<Resident*>& resident) { found = resident.has_value(); });
  while (!found) loop_.run_once(10);
  EXPECT_EQ(loads.loaded, 1);
}

TEST_F(ModuleContextTest, WhatOneModuleNeedsOfAnotherATenantDoesNotGoWithout) {
  class Needs final : public Module {
   public:
    const ModuleInfo& info() const override {
      static const ModuleInfo info{
          .name = "needs", .summary = "For tests.", .needs = {"everywhere"}, .is_optional = true};
      return info;
    }
    void attach(ModuleContext& context) override { context.need<Everywhere>("everywhere"); }
  };
  class Always final : public Module {
   public:
    const ModuleInfo& info() const override {
      static const ModuleInfo info{.name = "always", .summary = "For tests."};
      return info;
    }
    void attach(ModuleContext& /*context*/) override {}
  };
  Everywhere::Calls calls;
  home_.modules().add(std::make_unique<Everywhere>(calls));
  home_.modules().add(std::make_unique<Needs>());
  home_.modules().add(std::make_unique<Always>());
  const auto check = [&](std::vector<std::string> off) { return home_.modules().check_off(off); };
  EXPECT_TRUE(check({}));
  EXPECT_TRUE(check({"needs"}));
  EXPECT_TRUE(check({"everywhere", "needs"}));
  EXPECT_NE(check({"everywhere"}).error().text.find("'needs' needs 'everywhere'"), std::string::npos);
  EXPECT_NE(check({"always"}).error().text.find("no module 'always' that can be switched off"), std::string::npos);
  EXPECT_NE(check({"nowhere"}).error().text.find("There are: everywhere, needs."), std::string::npos);
}

TEST_F(ModuleContextTest, FindsWhatIsOfTheTenantItWasGivenAlone) {
  Everywhere::Calls calls;
  Everywhere module(calls);
  const ModuleContext context(home_, module, 1);
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
  home_.modules().add(std::make_unique<Everywhere>(calls));
  const SharedContext context(shared_, "everywhere"), missing(shared_, "nowhere");
  std::vector<std::string> reached;
  const auto note = [&](const char* name) { return Note{name, &reached}; };
  context.send(world_.shop->id, *BareJid::parse("hall@rooms.shop.example"), note("own"));
  context.send(world_.shop->id, *BareJid::parse("hall@rooms.forum.example"), note("another tenant's"));
  missing.send(world_.shop->id, *BareJid::parse("hall@rooms.shop.example"), note("missing"));
  context.send_each(note("each"));
  EXPECT_TRUE(reached.empty()) << "in a later turn";
  turn();
  const std::vector<std::string> all{"own: module, host", "another tenant's: module", "missing: host", "each: module"};
  EXPECT_EQ(reached, all);
}

}  // namespace
}  // namespace teahouse::module_context_test
