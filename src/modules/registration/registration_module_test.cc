#include "modules/registration/registration_module.h"

#include "server/testing/session_world.h"

namespace teahouse::registration_module_test {
namespace {

// The shop lets clients register, the forum does not.
class RegistrationTest : public testing::SessionWorld {
 protected:
  RegistrationTest() {
    plane_.hold_commits(false);
    home_.modules().add(std::make_unique<RegistrationModule>());
    const auto changed = world_.wait(world_.tenants.change(world_.home, "shop", {{"registration", true}}));
    EXPECT_TRUE(changed);
    open_ = *changed;
    home_.set_tenant(open_);
  }
  // Hands an iq to the module as a stranger's stream does; the answer, or nothing where the stream ends.
  std::string ask_as_stranger(const char* domain, StanzaType type, const std::string& fields = {},
                              const std::string& address = "192.0.2.1", const std::string& other = {}) {
    Stanza iq = Stanza::make(StanzaKind::iq, type,
                             other.empty() ? "<query xmlns='jabber:iq:register'>" + fields + "</query>" : other);
    iq.id = "r";
    std::string answer;
    const auto query = iq.first_child();
    const UnauthenticatedIq stranger{
        home_.hosts().find(domain), iq, *query, address, [&](const Stanza& told) { told.write(answer); }, invite_};
    bool is_taken = false;
    for (const auto& each : home_.hooks().unauthenticated_iq) is_taken = is_taken || each.hook(stranger) == Flow::stop;
    while (is_taken && answer.empty()) loop_.run_once(10);
    return answer;
  }
  // A stranger at the forum, which is closed, shows a token.
  std::string show(const std::string& token, const char* domain = "forum.example") {
    return ask_as_stranger(domain, StanzaType::set, {}, "192.0.2.1",
                           "<preauth xmlns='urn:xmpp:pars:0' token='" + token + "'/>");
  }
  Invites::Made invite(const TenantPtr& tenant, const std::string& localpart = {}) {
    Invite wanted;
    wanted.tenant = tenant->id;
    wanted.opens_account = true;
    wanted.localpart = localpart;
    auto making = world_.accounts.invites().make(world_.home, std::move(wanted), 3600, true);
    return world_.wait(std::move(making)).value();
  }
  std::string ask(Session& session, testing::Wire& wire, const std::string& fields) {
    Stanza iq =
        Stanza::make(StanzaKind::iq, StanzaType::set, "<query xmlns='jabber:iq:register'>" + fields + "</query>");
    iq.id = "r";
    wire.last.clear();
    home_.router().receive(session, std::move(iq));
    while (wire.last.empty()) loop_.run_once(10);
    return wire.last;
  }
  bool exists(const TenantPtr& tenant, const std::string& name) {
    return world_.wait(world_.accounts.find(world_.home, tenant, name)).has_value();
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }
  static std::string fields(const std::string& name, const std::string& password) {
    return "<username>" + name + "</username><password>" + password + "</password>";
  }
  TenantPtr open_;
  InvitePtr invite_;  // of the one stream
};

TEST_F(RegistrationTest, MakesAccountsWhereTheTenantAllowsIt) {
  EXPECT_TRUE(has(ask_as_stranger("shop.example", StanzaType::get), "<username"));
  EXPECT_TRUE(has(ask_as_stranger("shop.example", StanzaType::set, fields("bea", "secret-1")), "type='result'"));
  EXPECT_TRUE(exists(open_, "bea"));
  EXPECT_FALSE(exists(world_.forum, "bea"));
  EXPECT_EQ(ask_as_stranger("forum.example", StanzaType::set, fields("bea", "secret-1")), "") << "its stream ends";
  EXPECT_FALSE(exists(world_.forum, "bea"));
  EXPECT_TRUE(has(ask_as_stranger("shop.example", StanzaType::set, fields("bea", "secret-2")), "conflict"));
  EXPECT_TRUE(has(ask_as_stranger("shop.example", StanzaType::set, "<username>cid</username>"), "not-acceptable"));
}

TEST_F(RegistrationTest, AsksTheTenantsQuestion) {
  const TenantChange asked = {{"registration_question", R"({"question":"Which tea?","answers":["sencha"]})"}};
  ASSERT_TRUE(world_.wait(world_.tenants.change(world_.home, "forum", {{"registration", true}})));
  home_.set_tenant(*world_.wait(world_.tenants.change(world_.home, "shop", asked)));
  const auto submit = [&](const std::string& name, const std::string& answer) {
    const auto field = [](const std::string& var, const std::string& value) {
      return "<field var='" + var + "'><value>" + value + "</value></field>";
    };
    return ask_as_stranger("shop.example", StanzaType::set,
                           "<x xmlns='jabber:x:data' type='submit'>" + field("FORM_TYPE", "jabber:iq:register") +
                               field("username", name) + field("password", "secret-1") + field("qa", answer) + "</x>");
  };
  const std::string form = ask_as_stranger("shop.example", StanzaType::get);
  EXPECT_TRUE(has(form, "Which tea?") && has(form, "var='qa'") && has(form, "<username/>")) << form;
  EXPECT_FALSE(has(form, "sencha"));
  EXPECT_TRUE(has(ask_as_stranger("shop.example", StanzaType::set, fields("bea", "secret-1")), "not-acceptable"));
  EXPECT_TRUE(has(submit("bea", ""), "not-acceptable"));
  EXPECT_TRUE(has(submit("bea", "oolong"), "not-acceptable"));
  EXPECT_FALSE(exists(open_, "bea"));
  EXPECT_TRUE(has(submit("bea", " Sencha "), "type='result'"));
  EXPECT_TRUE(exists(open_, "bea"));
  for (int64_t i = 0; i < open_->limits().registrations_per_h; ++i) submit("cid", "guess");
  EXPECT_TRUE(has(submit("cid", "sencha"), "resource-constraint")) << "guesses are counted";
  invite_ = invite(open_).invite;
  EXPECT_TRUE(has(ask_as_stranger("shop.example", StanzaType::set, fields("dan", "secret-1")), "type='result'"))
      << "an invitation is answer enough";
}

TEST_F(RegistrationTest, IsBoundedByAddress) {
  const int64_t most = open_->limits().registrations_per_h;
  ASSERT_GT(most, 0);
  for (int64_t i = 0; i < most; ++i) {
    const std::string made =
        ask_as_stranger("shop.example", StanzaType::set, fields("u" + std::to_string(i), "secret-1"));
    ASSERT_TRUE(has(made, "type='result'")) << made;
  }
  EXPECT_TRUE(has(ask_as_stranger("shop.example", StanzaType::set, fields("late", "secret-1")), "resource-constraint"));
  EXPECT_FALSE(exists(open_, "late"));
  const std::string elsewhere =
      ask_as_stranger("shop.example", StanzaType::set, fields("late", "secret-1"), "203.0.113.9");
  EXPECT_TRUE(has(elsewhere, "type='result'")) << elsewhere;
}

TEST_F(RegistrationTest, AnInvitationOpensOneAccountWhereNobodyRegisters) {
  const Invites::Made made = invite(world_.forum), other = invite(world_.shop);
  for (const std::string& token : {std::string("none"), other.token, std::string()}) {
    EXPECT_TRUE(has(show(token), "item-not-found")) << token;
  }
  EXPECT_EQ(ask_as_stranger("forum.example", StanzaType::set, fields("bea", "secret-1")), "") << "its stream ends";
  EXPECT_TRUE(has(show(made.token), "type='result'"));
  EXPECT_TRUE(has(ask_as_stranger("forum.example", StanzaType::set, fields("ann", "secret-1")), "conflict"));
  EXPECT_TRUE(has(ask_as_stranger("forum.example", StanzaType::set, fields("bea", "secret-1")), "type='result'"));
  EXPECT_TRUE(exists(world_.forum, "bea"));
  EXPECT_FALSE(exists(open_, "bea"));
  EXPECT_TRUE(has(ask_as_stranger("forum.example", StanzaType::set, fields("cid", "secret-1")), "item-not-found"));
  EXPECT_TRUE(has(show(made.token), "item-not-found")) << "it is used";
}

TEST_F(RegistrationTest, AnInvitationKeepsItsNameAndIsNoWayToTryNames) {
  const Invites::Made made = invite(world_.forum, "bea");
  EXPECT_TRUE(has(show(made.token), "type='result'"));
  EXPECT_TRUE(has(ask_as_stranger("forum.example", StanzaType::get), "<username>bea</username>"));
  EXPECT_TRUE(has(ask_as_stranger("forum.example", StanzaType::set, fields("cid", "secret-1")), "not-acceptable"));
  const Invites::Made any = invite(world_.forum);
  EXPECT_TRUE(has(show(any.token), "type='result'"));
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(has(ask_as_stranger("forum.example", StanzaType::set, fields("ann", "secret-1")), "conflict")) << i;
  }
  EXPECT_TRUE(has(ask_as_stranger("forum.example", StanzaType::set, fields("dan", "x")), "resource-constraint"));
}

TEST_F(RegistrationTest, AUserChangesTheirOwnPasswordAlone) {
  EXPECT_TRUE(has(ask(*shop_, shop_wire_, fields("ann", "another-1")), "type='result'"));
  EXPECT_TRUE(has(ask(*shop_, shop_wire_, fields("bea", "another-1")), "bad-request"));
  EXPECT_TRUE(has(ask(*forum_, forum_wire_, fields("ann", "another-1")), "service-unavailable"));
}

TEST_F(RegistrationTest, AUserRemovesTheirAccount) {
  EXPECT_TRUE(has(ask(*forum_, forum_wire_, "<remove/>"), "service-unavailable"));
  EXPECT_TRUE(has(ask(*shop_, shop_wire_, "<remove/>"), "type='result'"));
  while (shop_wire_.ended.empty()) loop_.run_once(10);
  EXPECT_EQ(shop_wire_.ended, "not-authorized");
  EXPECT_EQ(forum_wire_.ended, "");
  EXPECT_FALSE(exists(open_, "ann"));
  EXPECT_TRUE(exists(world_.forum, "ann"));
}

}  // namespace
}  // namespace teahouse::registration_module_test
