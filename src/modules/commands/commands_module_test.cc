#include "modules/commands/commands_module.h"

#include "server/testing/session_world.h"

namespace teahouse::commands_module_test {
namespace {

// Offers "greet" to the ann of each tenant: a name, then a language; it says what came of it.
class Greetings final : public Module {
 public:
  const ModuleInfo& info() const override {
    static const ModuleInfo info{.name = "greetings", .summary = "For tests.", .needs = {"commands"}};
    return info;
  }
  void attach(ModuleContext& context) override {
    commands_ = &context.need<CommandsModule>("commands");
    commands_->add(
        *this, {"greet", "Greet somebody", [](const Host&, const BareJid& asker) { return asker.localpart() == "ann"; },
                [](CommandStep step) { return run(std::move(step)); }});
  }
  void detach() override { commands_->remove_of(*this); }

 private:
  static Task<Result<CommandAnswer>> run(CommandStep step) {
    if (step.forms.size() < 2) {
      DataForm form(DataForm::Type::form);
      if (step.forms.empty()) {
        form.add("name", "text-single", "Name").required = true;
      } else {
        form.add("language", "list-single", "Language").options = {{"en", "English"}, {"it", "Italiano"}};
      }
      co_return CommandAnswer{std::move(form), !step.forms.empty()};
    }
    const std::string name(step.forms[0].find("name")->value());
    if (name == "Nobody") co_return Error{ErrorKind::bad_request, "Nobody is not greeted."};
    co_return CommandAnswer{{}, true, {{CommandNote::Type::info, "Hello " + name}}};
  }
  CommandsModule* commands_ = nullptr;
};

class CommandsTest : public testing::SessionWorld {
 protected:
  CommandsTest() {
    plane_.hold_commits(false);
    home_.modules().add(std::make_unique<RosterModule>());
    home_.modules().add(std::make_unique<DiscoModule>());
    home_.modules().add(std::make_unique<CommandsModule>());
    home_.modules().add(std::make_unique<Greetings>());
    EXPECT_TRUE(world_.create(world_.shop, "bea"));
    bea_ = connect("bea@shop.example/phone", bea_wire_);
  }
  std::string ask(Session& session, testing::Wire& wire, StanzaType type, const std::string& payload,
                  const std::string& to = "shop.example") {
    Stanza iq = Stanza::make(StanzaKind::iq, type, payload);
    iq.id = "c";
    iq.to = *Jid::parse(to);
    wire.last.clear();
    home_.router().receive(session, std::move(iq));
    while (wire.last.empty()) loop_.run_once(10);
    return wire.last;
  }
  std::string command(Session& session, testing::Wire& wire, const std::string& attributes,
                      const std::string& fields = {}) {
    const std::string form = fields.empty() ? "" : "<x xmlns='jabber:x:data' type='submit'>" + fields + "</x>";
    return ask(
        session, wire, StanzaType::set,
        "<command xmlns='http://jabber.org/protocol/commands' node='greet' " + attributes + ">" + form + "</command>");
  }
  std::string command(const std::string& attributes, const std::string& fields = {}) {
    return command(*shop_, shop_wire_, attributes, fields);
  }
  std::string node(Session& session, testing::Wire& wire, const char* what, const std::string& node) {
    return ask(session, wire, StanzaType::get,
               "<query xmlns='http://jabber.org/protocol/disco#" + std::string(what) + "' node='" + node + "'/>");
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }
  static std::string field(const std::string& var, const std::string& value) {
    return "<field var='" + var + "'><value>" + value + "</value></field>";
  }
  // sessionid='...' of an answer, as it is sent back.
  static std::string session_of(const std::string& answer) {
    const size_t at = answer.find("sessionid='");
    return at == answer.npos ? "" : answer.substr(at, answer.find('\'', at + 11) - at + 1);
  }

  testing::Wire bea_wire_;
  Session* bea_ = nullptr;
};

constexpr char commands_node[] = "http://jabber.org/protocol/commands";

TEST_F(CommandsTest, ListsWhatTheAskerMayRun) {
  EXPECT_TRUE(has(node(*shop_, shop_wire_, "items", commands_node), "node='greet' name='Greet somebody'"));
  EXPECT_TRUE(has(node(*bea_, bea_wire_, "items", commands_node), "type='result'"));
  EXPECT_FALSE(has(bea_wire_.last, "greet"));
  EXPECT_TRUE(has(node(*shop_, shop_wire_, "info", commands_node), "type='command-list'"));
  EXPECT_TRUE(has(node(*shop_, shop_wire_, "info", "greet"), "category='automation' type='command-node'"));
  EXPECT_TRUE(has(shop_wire_.last, "var='jabber:x:data'"));
  EXPECT_TRUE(has(node(*bea_, bea_wire_, "info", "greet"), "forbidden"));
  EXPECT_TRUE(has(node(*shop_, shop_wire_, "info", "other"), "item-not-found"));
}

TEST_F(CommandsTest, GoesForwardAndBack) {
  std::string answer = command("action='execute'");
  EXPECT_TRUE(has(answer, "status='executing'><actions execute='next'><next/></actions>")) << answer;
  const std::string id = session_of(answer);
  answer = command(id, field("name", "Ann"));
  EXPECT_TRUE(has(answer, "<actions execute='complete'><prev/><complete/></actions>")) << answer;
  EXPECT_TRUE(has(command(id + " action='prev'"), "var='name'")) << shop_wire_.last;
  EXPECT_TRUE(has(command(id + " action='prev'"), "<bad-action ")) << shop_wire_.last;
  EXPECT_TRUE(has(command(id + " action='next'", field("name", "Bo")), "var='language'")) << shop_wire_.last;
  EXPECT_TRUE(has(command(id + " action='next'", field("language", "it")), "<bad-action ")) << shop_wire_.last;
  EXPECT_TRUE(has(command(id + " action='complete'", field("language", "xx")), "<bad-payload ")) << shop_wire_.last;
  answer = command(id + " action='complete'", field("language", "it"));
  EXPECT_TRUE(has(answer, "status='completed'><note type='info'>Hello Bo</note>")) << answer;
  answer = command(id, field("language", "it"));
  EXPECT_TRUE(has(answer, "<not-allowed ") && has(answer, "<session-expired ")) << answer;
}

TEST_F(CommandsTest, SaysWhatIsWrongWithARequest) {
  EXPECT_TRUE(has(command("action='dance'"), "<malformed-action "));
  EXPECT_TRUE(has(command("action='complete'"), "<bad-action "));
  EXPECT_TRUE(has(command("sessionid='none'"), "<bad-sessionid "));
  EXPECT_TRUE(has(command("sessionid=''"), "<bad-sessionid "));
  EXPECT_TRUE(has(command(*bea_, bea_wire_, "action='execute'"), "<forbidden "));
  EXPECT_TRUE(has(
      ask(*shop_, shop_wire_, StanzaType::set, "<command xmlns='http://jabber.org/protocol/commands' node='other'/>"),
      "<item-not-found "));
  EXPECT_TRUE(has(ask(*shop_, shop_wire_, StanzaType::set, "<command xmlns='http://jabber.org/protocol/commands'/>"),
                  "<bad-request "));
  const std::string id = session_of(command(""));
  EXPECT_TRUE(has(command(id), "<bad-payload ")) << "a required field is missing";
  EXPECT_TRUE(has(command(id, field("name", "Nobody")), "var='language'"));
  EXPECT_TRUE(has(command(id, field("language", "en")), "<bad-payload ")) << "what the command itself refuses";
  EXPECT_TRUE(has(command(id + " action='cancel'"), "status='canceled'/>")) << shop_wire_.last;
  EXPECT_TRUE(has(command(id + " action='cancel'"), "<session-expired "));
}

TEST_F(CommandsTest, ASessionIsItsAskersAlone) {
  const std::string id = session_of(command(""));
  testing::Wire desk_wire;
  Session* desk = connect("ann@shop.example/desk", desk_wire);
  EXPECT_TRUE(has(command(*desk, desk_wire, id, field("name", "x")), "<bad-sessionid "));
  EXPECT_TRUE(has(command(*forum_, forum_wire_, id, field("name", "x")), "<bad-sessionid "));
  EXPECT_TRUE(has(command(id, field("name", "x")), "var='language'"));
}

TEST_F(CommandsTest, SessionsAreBoundedInNumberAndTime) {
  const std::string first = session_of(command(""));
  for (size_t i = 1; i < CommandSessions::asker_max; ++i) EXPECT_TRUE(has(command(""), "executing"));
  EXPECT_TRUE(has(command(first, field("name", "x")), "var='language'"));
  const std::string last = session_of(command(""));
  EXPECT_TRUE(has(command(first, field("language", "en")), "<session-expired ")) << "the oldest went";
  world_.clock.advance_ms(CommandSessions::idle_ms - 1);
  EXPECT_TRUE(has(command(last, field("name", "x")), "var='language'"));
  world_.clock.advance_ms(CommandSessions::idle_ms);
  EXPECT_TRUE(has(command(last, field("language", "en")), "<session-expired "));
}

TEST(CommandSessions, OfATenantAreBounded) {
  CommandSessions sessions;
  const auto tenant = [](TenantId id) {
    Tenant made;
    made.id = id;
    return std::make_shared<const Host>(
        Host{"shop.example", HostKind::accounts, std::make_shared<const Tenant>(std::move(made))});
  };
  const HostPtr shop = tenant(TenantId{1}), forum = tenant(TenantId{2});
  const auto step = [](const HostPtr& host, size_t n) {
    return CommandStep{host, *FullJid::parse("u" + std::to_string(n) + "@shop.example/x"), {}};
  };
  for (size_t n = 0; n < CommandSessions::tenant_max; ++n) ASSERT_TRUE(sessions.begin(step(shop, n), "greet", 0));
  EXPECT_FALSE(sessions.begin(step(shop, CommandSessions::tenant_max), "greet", 0));
  EXPECT_TRUE(sessions.begin(step(forum, 0), "greet", 0));
  EXPECT_TRUE(sessions.begin(step(shop, 1), "greet", CommandSessions::idle_ms)) << "those that are over went";
  sessions.end_of(TenantId{1});
  sessions.end_of(TenantId{2});
  EXPECT_EQ(sessions.size(), 0U);
}

TEST(CommandSessions, OneThatRunsIsNotEndedToMakeRoom) {
  CommandSessions sessions;
  const HostPtr shop = std::make_shared<const Host>(
      Host{"shop.example", HostKind::accounts, std::make_shared<const Tenant>(Tenant{.id = TenantId{1}})});
  const CommandStep step{shop, *FullJid::parse("ann@shop.example/x"), {}};
  CommandSession* const first = sessions.begin(step, "greet", 0);
  ASSERT_TRUE(first);
  first->runs = true;
  const std::string id = first->id;
  for (size_t n = 1; n < CommandSessions::asker_max; ++n) ASSERT_TRUE(sessions.begin(step, "greet", 0));
  EXPECT_FALSE(sessions.begin(step, "greet", 0));
  ASSERT_TRUE(sessions.find(id));
  sessions.find(id)->runs = false;
  EXPECT_TRUE(sessions.begin(step, "greet", 0));
  EXPECT_FALSE(sessions.find(id)) << "the oldest went";
}

TEST_F(CommandsTest, EndsWithItsModule) {
  home_.modules().remove("greetings");
  EXPECT_TRUE(has(command(""), "<item-not-found "));
  EXPECT_FALSE(has(node(*shop_, shop_wire_, "items", commands_node), "greet"));
}

}  // namespace
}  // namespace teahouse::commands_module_test
