// Two visitors, ann and bob, and eve who would like to have what is theirs; at the host, and at a reseller's page.
#include "sign_up/sign_ups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/totp.h"
#include "mail/mail_queue.h"
#include "sign_up/testing/solve.h"
#include "tenant/contacts.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::sign_up::sign_ups_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
ErrorKind kind_of(const Result<T>& result) {
  return result ? ErrorKind::undefined_condition : result.error().kind;
}

std::vector<store::Migration> migrations() {
  auto all = Persons::migrations();
  for (const auto& part : {mail::MailQueue::migrations(), SignUps::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}
std::vector<TenantTable> tables() {
  auto all = Persons::tables();
  for (const auto& part : {mail::MailQueue::tables(), SignUps::tables()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Settings host_settings() {
  Settings settings;
  settings.plan = "free";
  settings.domain = "host.example";
  settings.per_address_per_h = 5;
  settings.per_h = 12;
  settings.tenants_per_person = 2;
  settings.reserved = {"intranet"};
  return settings;
}

class SignUpsTest : public ::testing::Test {
 protected:
  SignUpsTest() {
    Plan free;
    free.name = "free";
    EXPECT_TRUE(world_.wait(world_.tenants.set_plan(world_.home, free)));
    world_.make_tenant("montague", "montague.example");
    open(sign_ups_);
  }
  void open(SignUps& sign_ups) {
    EXPECT_TRUE(sign_ups.load());
    sign_ups.set_origin("https://im.example");
    sign_ups.set_mail_soon([this] { ++mails_soon_; });
  }
  SignUps::Parts parts() { return {*world_.control, world_.clock, world_.audit, world_.tenants, persons_}; }

  Wanted wanted(const std::string& email, const std::string& name) {
    Wanted all{email, name, "", "https://shop.example/contact?x#y", "en", sign_ups_.make_puzzle(), ""};
    all.answer = testing::solve(all.puzzle);
    return all;
  }
  // Each visitor comes from an address of their own.
  Result<Ordered> order(Wanted all, std::string address = {}, const std::string& host = "im.example") {
    if (address.empty()) address = "192.0.2." + std::to_string(++addresses_);
    const auto offer = sign_ups_.find_offer(host);
    if (!offer) return Error{ErrorKind::forbidden, "closed"};
    return world_.wait(sign_ups_.order(world_.home, *offer, std::move(all), address));
  }
  // The mails that wait, the oldest first.
  std::vector<mail::Waiting> mails() {
    const mail::MailQueue queue(*world_.control);
    return world_.wait(queue.due(world_.home, world_.clock.wall_ms(), 100)).value();
  }
  static std::string token_of(const mail::Waiting& waiting) {
    const std::string& text = waiting.mail.text;
    const size_t at = text.find("#su_");
    return at == text.npos ? "" : text.substr(at + 1, text.find('\n', at) - at - 1);
  }
  std::string order_token(const std::string& email, const std::string& name) {
    const auto ordered = order(wanted(email, name));
    EXPECT_TRUE(ordered) << ordered.error().text;
    return token_of(mails().back());
  }
  Result<SignedUp> finish(const std::string& token, const std::string& password = "a long password",
                          const std::string& label = {}, const std::string& code = {}) {
    return world_.wait(sign_ups_.finish(world_.home, {token, label, {"", password, code, "192.0.2.1", "Browser"}}));
  }
  static Task<void> prove(SignUps& sign_ups, Executor& home, std::string token, std::vector<Result<SignedUp>>& ends) {
    auto finishing = sign_ups.finish(home, {std::move(token), "", {"", "a long password", "", "192.0.2.1", ""}});
    auto end = co_await finishing;
    ends.push_back(std::move(end));
  }
  size_t tenants() { return world_.tenants.list().size(); }
  std::string audit() {
    std::string all;
    const auto lines = world_.wait(world_.audit.list(world_.home, TenantId::server, 100));
    for (const AuditLine& line : *lines) { all += line.actor + " " + line.action + " " + line.detail + "\n"; }
    return all;
  }
  std::string dump(const char* table) {
    std::string all;
    const auto answer = world_.control->execute_now({std::string("SELECT * FROM ") + table, {}});
    for (const store::Row& row : answer->rows) {
      for (const store::Value& value : row) all += store::as_text(value) + "|";
    }
    return all;
  }

  ::teahouse::testing::TenantWorld world_{migrations(), tables()};
  LoginThrottle throttle_{world_.clock};
  Persons persons_{*world_.control, world_.clock, world_.audit, throttle_, world_.seal_key};
  SignUps sign_ups_{parts(), host_settings(), MailDomains::parse("throw.example").value()};
  int mails_soon_ = 0, addresses_ = 1;
};

TEST_F(SignUpsTest, FromAnOrderToASiteOfOnesOwn) {
  const auto ordered = order(wanted("ann@a.example", "Ann's Tea Shop"));
  ASSERT_TRUE(ordered) << ordered.error().text;
  EXPECT_EQ(ordered->domain, "anns-tea-shop.host.example");
  EXPECT_EQ(mails_soon_, 1);
  const auto waiting = mails();
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].mail.to, "ann@a.example");
  EXPECT_THAT(waiting[0].mail.text, HasSubstr("https://im.example/panel/sign-up#su_"));
  EXPECT_THAT(waiting[0].mail.subject + waiting[0].mail.text, Not(HasSubstr("Tea Shop"))) << "a stranger's words";
  const std::string token = token_of(waiting[0]);
  EXPECT_THAT(dump("sign_up_orders"), Not(HasSubstr(token))) << "hashed at rest";
  EXPECT_EQ(tenants(), 1u) << "nothing is made before the proof";
  EXPECT_FALSE(persons_.find("ann@a.example"));

  const auto found = world_.wait(sign_ups_.find(world_.home, token));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->is_known);
  EXPECT_EQ(kind_of(finish(token, "short")), ErrorKind::bad_request);
  EXPECT_EQ(tenants(), 1u) << "and the token is still good";
  const auto made = finish(token);
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(made->tenant->domain(), "anns-tea-shop.host.example");
  EXPECT_EQ(made->tenant->title, "Ann's Tea Shop");
  EXPECT_EQ(made->tenant->plan.name, "free");
  EXPECT_EQ(made->tenant->origins, std::vector<std::string>{"https://shop.example"});
  EXPECT_TRUE(made->tenant->guests_allowed);
  EXPECT_EQ(contacts_of(*made->tenant, "admin"), std::vector<std::string>{"mailto:ann@a.example"});
  const auto session = persons_.find_session(made->signed_in.token);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->person->email, "ann@a.example");
  ASSERT_EQ(session->person->roles.size(), 1u);
  EXPECT_EQ(session->person->roles[0].tenant, made->tenant->id);
  EXPECT_EQ(session->person->roles[0].role, Role::owner);
  EXPECT_THAT(audit(), HasSubstr("person:ann@a.example person.create ann@a.example, who has signed up"));
  EXPECT_EQ(sign_ups_.waiting(), 0);
}

TEST_F(SignUpsTest, OneLinkMakesOneSiteAndIsAnsweredAgainToThePassword) {
  const std::string token = order_token("ann@a.example", "Ann's Tea");
  const auto first = finish(token);
  ASSERT_TRUE(first);
  const auto again = finish(token);
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(again->tenant->id, first->tenant->id);
  EXPECT_NE(again->signed_in.token, first->signed_in.token);
  EXPECT_EQ(kind_of(finish(token, "another password")), ErrorKind::not_authorized);
  EXPECT_EQ(tenants(), 2u);
  EXPECT_EQ(persons_.list().size(), 1u);
  EXPECT_TRUE(world_.wait(world_.tenants.remove(world_.home, "anns-tea")));
  EXPECT_EQ(kind_of(finish(token)), ErrorKind::forbidden) << "its order went with it";
}

TEST_F(SignUpsTest, OfTwoForOneNameTheFirstProofHasIt) {
  const std::string ann = order_token("ann@a.example", "Verona Tea"), bob = order_token("bob@b.example", "Verona Tea");
  ASSERT_TRUE(finish(bob));
  const auto late = finish(ann);
  EXPECT_EQ(kind_of(late), ErrorKind::conflict);
  EXPECT_THAT(late.error().text, HasSubstr("verona-tea-chat is free"));
  EXPECT_FALSE(persons_.find("ann@a.example")) << "nothing of her was made";
  const auto other = finish(ann, "a long password", "verona-tea-chat");
  ASSERT_TRUE(other) << other.error().text;
  EXPECT_EQ(other->tenant->domain(), "verona-tea-chat.host.example");
  EXPECT_EQ(persons_.find("bob@b.example")->roles.size(), 1u);
  EXPECT_NE(persons_.find("bob@b.example")->roles[0].tenant, other->tenant->id);
}

// Both have looked whether the name is free before either has it.
TEST_F(SignUpsTest, TwoProofsAtOnceMakeOneSite) {
  const std::string ann = order_token("ann@a.example", "Verona Tea"), bob = order_token("bob@b.example", "Verona Tea");
  std::vector<Result<SignedUp>> ends;
  for (const std::string& token : {ann, bob, ann}) spawn(prove(sign_ups_, world_.home, token, ends));
  while (ends.size() < 3) world_.home.run_one();
  const auto good = std::count_if(ends.begin(), ends.end(), [](const auto& end) { return end.has_value(); });
  EXPECT_EQ(good, 2) << "ann's, and its answer again";
  EXPECT_EQ(tenants(), 2u);
  EXPECT_EQ(persons_.list().size(), 1u);
}

TEST_F(SignUpsTest, ALinkIsGoodForAnHour) {
  const std::string token = order_token("ann@a.example", "Ann's Tea");
  world_.clock.advance_ms(SignUps::order_ms - 1);
  EXPECT_TRUE(world_.wait(sign_ups_.find(world_.home, token)));
  world_.clock.advance_ms(1);
  EXPECT_EQ(kind_of(world_.wait(sign_ups_.find(world_.home, token))), ErrorKind::forbidden);
  EXPECT_EQ(kind_of(finish(token)), ErrorKind::forbidden);
  EXPECT_EQ(sign_ups_.waiting(), 1);
  world_.clock.advance_ms(1);
  world_.wait(SignUps::run(sign_ups_, world_.home));
  EXPECT_EQ(sign_ups_.waiting(), 0);
  EXPECT_EQ(dump("sign_up_orders"), "");
  EXPECT_EQ(tenants(), 1u);
}

TEST_F(SignUpsTest, NobodysTokenOpensNothing) {
  const std::string token = order_token("ann@a.example", "Ann's Tea");
  for (const std::string& other : {std::string(), std::string("su_"), token + "x", token.substr(0, token.size() - 1),
                                   "ps_" + token.substr(3), std::string(10'000, 'a'), std::string("su_' OR 1=1 --")}) {
    EXPECT_EQ(kind_of(finish(other)), ErrorKind::forbidden) << other;
  }
  EXPECT_EQ(tenants(), 1u);
}

TEST_F(SignUpsTest, OneWhoIsKnownProvesToBeItAndHasOneMore) {
  ASSERT_TRUE(finish(order_token("ann@a.example", "First")));
  const std::string token = order_token("ann@a.example", "Second");
  EXPECT_TRUE(world_.wait(sign_ups_.find(world_.home, token))->is_known);
  EXPECT_EQ(kind_of(finish(token, "not the password")), ErrorKind::not_authorized);
  EXPECT_EQ(tenants(), 2u);
  ASSERT_TRUE(finish(token));
  EXPECT_EQ(persons_.find("ann@a.example")->roles.size(), 2u);
  EXPECT_EQ(persons_.list().size(), 1u);
  EXPECT_EQ(order(wanted("ann@a.example", "Third"))->domain, "third.host.example") << "as to anybody";
  EXPECT_EQ(token_of(mails().back()), "") << "her mailbox is told that she has enough";
  EXPECT_THAT(mails().back().mail.text, HasSubstr("2 sites already"));
}

TEST_F(SignUpsTest, OneWithAnAppGivesItsCode) {
  ASSERT_TRUE(finish(order_token("ann@a.example", "First")));
  const PersonPtr ann = persons_.find("ann@a.example");
  const std::string secret = world_.wait(persons_.begin_totp(world_.home, ann)).value();
  const int64_t step = world_.clock.wall_ms() / crypto::totp_step_ms;
  const auto codes = world_.wait(persons_.confirm_totp(world_.home, ann, crypto::make_totp(secret, step))).value();
  const std::string token = order_token("ann@a.example", "Second");
  const auto asked = finish(token);
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->signed_in.needs_code);
  EXPECT_EQ(tenants(), 2u);
  EXPECT_EQ(kind_of(finish(token, "a long password", "", "000000")), ErrorKind::not_authorized);
  EXPECT_TRUE(finish(token, "a long password", "", codes[0]));
  EXPECT_EQ(tenants(), 3u);
}

TEST_F(SignUpsTest, AnswersTheSameWhoeverHasTheMailbox) {
  ASSERT_TRUE(finish(order_token("ann@a.example", "First")));
  const auto known = order(wanted("ann@a.example", "Tea")), unknown = order(wanted("nobody@n.example", "Tea"));
  ASSERT_TRUE(known && unknown);
  EXPECT_EQ(known->domain, unknown->domain);
  const size_t before = mails().size();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(order(wanted("nobody@n.example", "Tea")));
  EXPECT_EQ(mails().size(), before + 2) << "three an hour, and nobody is told";
}

TEST_F(SignUpsTest, RefusesWhatIsWrittenWrong) {
  struct Case {
    std::string Wanted::*member;
    std::string text, says;
  };
  for (const Case& each : std::vector<Case>{{&Wanted::email, "nobody", "'email'"},
                                            {&Wanted::email, "a@b.example\r\nBcc: all@c.example", "'email'"},
                                            {&Wanted::email, "a@b.example, c@d.example", "'email'"},
                                            {&Wanted::email, std::string(300, 'a') + "@b.example", "'email'"},
                                            {&Wanted::email, "a@x.throw.example", "'email'"},
                                            {&Wanted::name, "", "'name'"},
                                            {&Wanted::name, "Tea\nShop", "'name'"},
                                            {&Wanted::name, std::string(101, 'x'), "'name'"},
                                            {&Wanted::name, "\xff\xfe", "'name'"},
                                            {&Wanted::name, "!!!", "'label'"},
                                            {&Wanted::label, "a", "'label'"},
                                            {&Wanted::label, "xn--tea", "'label'"},
                                            {&Wanted::label, "tea.shop", "'label'"},
                                            {&Wanted::page, "javascript://x", "'page'"},
                                            {&Wanted::page, "*", "'page'"},
                                            {&Wanted::page, "not a page", "'page'"},
                                            {&Wanted::page, std::string(3000, 'x'), "'page'"},
                                            {&Wanted::language, "tlh", "'language'"},
                                            {&Wanted::answer, "", "'answer'"},
                                            {&Wanted::puzzle, "1.2.3", "'puzzle'"}}) {
    Wanted all = wanted("ann@a.example", "Ann's Tea");
    all.*each.member = each.text;
    const auto ordered = order(std::move(all));
    EXPECT_EQ(kind_of(ordered), ErrorKind::bad_request) << each.text;
    EXPECT_THAT(ordered ? "" : ordered.error().text, HasSubstr(each.says));
  }
  EXPECT_EQ(mails().size(), 0u);
  EXPECT_EQ(sign_ups_.waiting(), 0);
}

TEST_F(SignUpsTest, RefusesNamesThatAreTakenOrLookLikeIt) {
  ASSERT_TRUE(finish(order_token("ann@a.example", "PayPal")));
  for (const char* label : {"paypal", "paypa1", "pay-pal", "montague", "m0ntague", "admin", "adm1n", "www", "mail",
                            "intranet", "intr4net"}) {
    Wanted all = wanted("bob@b.example", "Bob");
    all.label = label;
    const auto ordered = order(std::move(all));
    EXPECT_EQ(kind_of(ordered), ErrorKind::conflict) << label;
    EXPECT_THAT(ordered ? "" : ordered.error().text, HasSubstr(std::string(label) + "-chat is free"));
  }
  EXPECT_TRUE(order(wanted("bob@b.example", "Verona")));
}

TEST_F(SignUpsTest, APuzzleIsForOneOrder) {
  const Wanted all = wanted("ann@a.example", "Ann's Tea");
  EXPECT_TRUE(order(all));
  EXPECT_EQ(kind_of(order(all)), ErrorKind::bad_request);
  Wanted old = wanted("ann@a.example", "Ann's Tea");
  world_.clock.advance_ms(Puzzles::good_ms);
  EXPECT_EQ(kind_of(order(old)), ErrorKind::bad_request);
}

TEST_F(SignUpsTest, CountsOrdersAndTries) {
  for (int i = 0; i < 5; ++i) {
    const std::string one = "2001:db8::" + std::to_string(i);  // one customer's
    EXPECT_EQ(order(wanted("ann" + std::to_string(i) + "@a.example", "Ann's Tea"), one)->wait_s, 0);
  }
  const auto sixth = order(wanted("ann6@a.example", "Ann's Tea"), "2001:db8::ffff");
  EXPECT_EQ(sixth->wait_s, 720) << "in a fifth of an hour";
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(order(wanted("bob" + std::to_string(i) + "@b.example", "Bob's Tea"))->wait_s, 0) << "others go on";
  }
  EXPECT_NE(order(wanted("bob8@b.example", "Bob's Tea"))->wait_s, 0) << "until all are used up";
  EXPECT_EQ(mails().size(), 12u);
  world_.clock.advance_ms(60LL * 60 * 1000);
  EXPECT_EQ(order(wanted("ann6@a.example", "Ann's Tea"), "2001:db8::ffff")->wait_s, 0);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(sign_ups_.take_try("192.0.2.99"), 0);
  EXPECT_GT(sign_ups_.take_try("192.0.2.99"), 0);
  EXPECT_EQ(sign_ups_.take_try("192.0.2.98"), 0);
}

TEST_F(SignUpsTest, IsSwitchedOffAndStaysSo) {
  const std::string token = order_token("ann@a.example", "Ann's Tea");
  EXPECT_TRUE(world_.wait(sign_ups_.set_on(world_.home, false, "operator")));
  EXPECT_FALSE(sign_ups_.find_offer("im.example"));
  EXPECT_EQ(kind_of(finish(token)), ErrorKind::forbidden);
  EXPECT_THAT(audit(), HasSubstr("operator sign-up.off"));
  SignUps later(parts(), host_settings(), {});
  open(later);
  EXPECT_FALSE(later.is_on());
  EXPECT_EQ(later.waiting(), 1);
  EXPECT_TRUE(world_.wait(sign_ups_.set_on(world_.home, true, "operator")));
  EXPECT_TRUE(finish(token)) << "its link is good again";
}

TEST_F(SignUpsTest, IsClosedWithoutPlanDomainOrMail) {
  for (std::string Settings::*member : {&Settings::plan, &Settings::domain}) {
    Settings settings = host_settings();
    settings.*member = "";
    SignUps closed(parts(), settings, {});
    open(closed);
    EXPECT_FALSE(closed.find_offer("im.example"));
  }
  Settings settings = host_settings();
  settings.plan = "none";
  SignUps without_plan(parts(), settings, {});
  open(without_plan);
  EXPECT_FALSE(without_plan.find_offer("im.example"));
  SignUps without_mail(parts(), host_settings(), {});
  EXPECT_FALSE(without_mail.find_offer("im.example"));
}

TEST_F(SignUpsTest, AtAResellersPageOneBecomesItsCustomer) {
  for (const char* name : {"acme", "zeta"}) {
    ResellerChange change;
    change.tenants = 1;
    change.texts = {{"title", "Acme Chat"}, {"panel_host", std::string("panel.") + name + ".example"}};
    EXPECT_TRUE(world_.wait(world_.tenants.resellers().create(world_.home, name, change, "operator")));
  }
  EXPECT_FALSE(sign_ups_.find_offer("panel.acme.example")) << "off at first";
  ResellerChange change;
  change.texts = {{"sign_up_plan", "default"}, {"sign_up_domain", "chat.acme.example"}};
  EXPECT_TRUE(world_.wait(world_.tenants.resellers().change(world_.home, "acme", change, "acme")));
  EXPECT_FALSE(sign_ups_.find_offer("panel.zeta.example"));
  EXPECT_EQ(sign_ups_.find_offer("im.example")->reseller, nullptr);

  ASSERT_TRUE(order(wanted("ann@a.example", "Ann's Tea"), "", "panel.acme.example"));
  EXPECT_THAT(mails().back().mail.text, HasSubstr("https://panel.acme.example/panel/sign-up#su_"));
  EXPECT_THAT(mails().back().mail.text, HasSubstr("at Acme Chat "));
  const auto made = finish(token_of(mails().back()));
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(made->tenant->domain(), "anns-tea.chat.acme.example");
  EXPECT_EQ(made->tenant->plan.name, "acme.default");
  EXPECT_EQ(world_.tenants.resellers().directory().reseller_of(made->tenant->id)->name, "acme");

  ASSERT_TRUE(order(wanted("bob@b.example", "Bob's Tea"), "", "panel.acme.example"));
  const std::string bob = token_of(mails().back());
  EXPECT_EQ(kind_of(finish(bob)), ErrorKind::resource_constraint) << "its allotment is one";
  EXPECT_FALSE(persons_.find("bob@b.example"));
  EXPECT_TRUE(world_.wait(world_.tenants.resellers().suspend(world_.home, "acme", "Bill", "operator")));
  EXPECT_FALSE(sign_ups_.find_offer("panel.acme.example"));
  EXPECT_EQ(kind_of(finish(bob)), ErrorKind::forbidden);
}

}  // namespace
}  // namespace teahouse::sign_up::sign_ups_test
