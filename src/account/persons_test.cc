// Two persons, of whom one never sees what is the other's.
#include "account/persons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/totp.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::persons_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
ErrorKind kind_of(const Result<T>& result) {
  return result ? ErrorKind::undefined_condition : result.error().kind;
}

class PersonsTest : public ::testing::Test {
 protected:
  PersonsTest() {
    for (const char* email : {"ann@a.example", "bob@b.example"}) {
      EXPECT_TRUE(world_.wait(persons_.create(world_.home, email, "", "a long password", "operator")));
    }
  }

  Result<SignedIn> sign_in(const std::string& email, const std::string& password, const std::string& code = {},
                           const std::string& address = "192.0.2.1") {
    return world_.wait(persons_.sign_in(world_.home, {email, password, code, address, "Browser"}));
  }
  PersonPtr ann() { return persons_.find("ann@a.example"); }
  std::string turn_totp_on(std::vector<std::string>* codes) {
    const std::string secret = world_.wait(persons_.begin_totp(world_.home, ann())).value();
    const std::string code = crypto::make_totp(secret, world_.clock.wall_ms() / crypto::totp_step_ms);
    *codes = world_.wait(persons_.confirm_totp(world_.home, ann(), code)).value();
    return secret;
  }
  std::string dump(const char* table) {
    std::string all;
    const auto rows = world_.control->execute_now({std::string("SELECT * FROM ") + table, {}});
    for (const store::Row& row : rows->rows) {
      for (const store::Value& value : row) all += store::as_text(value) + "|";
    }
    return all;
  }

  testing::TenantWorld world_{Persons::migrations(), Persons::tables()};
  LoginThrottle throttle_{world_.clock};
  Persons persons_{*world_.control, world_.clock, world_.audit, throttle_, world_.seal_key};
};

TEST_F(PersonsTest, SignInByTheirPassword) {
  const auto signed_in = sign_in("Ann@A.example", "a long password");
  ASSERT_EQ(kind_of(signed_in), ErrorKind::not_authorized) << "the part before the @ has the case that it has";
  const auto ann_in = sign_in("ann@A.example", "a long password");
  ASSERT_TRUE(ann_in);
  EXPECT_TRUE(ann_in->token.starts_with("ps_"));
  const auto found = persons_.find_session(ann_in->token);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->person->email, "ann@a.example");
  EXPECT_EQ(persons_.sessions(ann()->id).at(0).agent, "Browser");
  EXPECT_TRUE(persons_.sessions(persons_.find("bob@b.example")->id).empty());
  for (const auto& [email, password] :
       std::initializer_list<std::pair<std::string, std::string>>{{"ann@a.example", "a wrong password"},
                                                                  {"ann@a.example", ""},
                                                                  {"carol@a.example", "a long password"},
                                                                  {"' OR 1=1 --", "a long password"},
                                                                  {std::string(1 << 16, 'x'), "a long password"},
                                                                  {"ann@a.example", std::string(1 << 16, 'x')}}) {
    EXPECT_EQ(kind_of(sign_in(email, password)), ErrorKind::not_authorized) << email.substr(0, 40);
  }
  for (const std::string& wrong : {std::string(), std::string("ps_"), ann_in->token + "x", std::string(1 << 20, 'p')}) {
    EXPECT_FALSE(persons_.find_session(wrong));
  }
}

TEST_F(PersonsTest, SecretsAreNotOnDisk) {
  const auto signed_in = sign_in("ann@a.example", "a long password");
  std::vector<std::string> codes;
  const std::string secret = turn_totp_on(&codes);
  const std::string rows = dump("persons") + dump("person_sessions") + dump("person_recovery_codes") + dump("audit");
  EXPECT_THAT(rows, HasSubstr("scrypt$"));
  for (const std::string& each : {std::string("a long password"), signed_in->token, secret, codes[0]}) {
    EXPECT_THAT(rows, Not(HasSubstr(each)));
  }
}

TEST_F(PersonsTest, AreThereAfterARestart) {
  const auto signed_in = sign_in("ann@a.example", "a long password");
  std::vector<std::string> codes;
  const std::string secret = turn_totp_on(&codes);
  const TenantPtr shop = world_.make_tenant("shop", "shop.example"),
                  forum = world_.make_tenant("forum", "forum.example");
  for (const TenantPtr& tenant : {shop, forum}) {
    EXPECT_TRUE(world_.wait(persons_.set_role(world_.home, "ann@a.example", {Role::owner, {}, tenant->id}, true, "x")));
  }
  ASSERT_TRUE(world_.wait(world_.tenants.remove(world_.home, "forum")));
  EXPECT_EQ(world_.rows_of(forum->id), "none");
  Persons later(*world_.control, world_.clock, world_.audit, throttle_, world_.seal_key);
  ASSERT_TRUE(later.load_all());
  ASSERT_TRUE(later.find_session(signed_in->token));
  const PersonPtr there = later.find("ann@a.example");
  EXPECT_TRUE(there->has_totp);
  EXPECT_EQ(there->roles, (std::vector<PersonRole>{{Role::owner, {}, shop->id}}));
  world_.clock.advance_ms(crypto::totp_step_ms);
  const std::string code = crypto::make_totp(secret, world_.clock.wall_ms() / crypto::totp_step_ms);
  EXPECT_TRUE(world_.wait(later.sign_in(world_.home, {"ann@a.example", "a long password", code, "192.0.2.1", ""})));
}

TEST_F(PersonsTest, NeedACodeOnceTheyHaveAnApp) {
  std::vector<std::string> codes;
  const std::string secret = turn_totp_on(&codes);
  ASSERT_EQ(codes.size(), 10u);
  const auto asked = sign_in("ann@a.example", "a long password");
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->needs_code);
  EXPECT_EQ(asked->token, "");
  const auto code_now = [&] { return crypto::make_totp(secret, world_.clock.wall_ms() / crypto::totp_step_ms); };
  EXPECT_EQ(kind_of(sign_in("ann@a.example", "a long password", code_now())), ErrorKind::not_authorized)
      << "used before";
  world_.clock.advance_ms(crypto::totp_step_ms);
  EXPECT_EQ(kind_of(sign_in("ann@a.example", "a wrong password", code_now())), ErrorKind::not_authorized);
  EXPECT_EQ(kind_of(sign_in("ann@a.example", "a long password", "000000")), ErrorKind::not_authorized);
  EXPECT_TRUE(sign_in("ann@a.example", "a long password", code_now()));
  EXPECT_EQ(kind_of(sign_in("ann@a.example", "a long password", code_now())), ErrorKind::not_authorized) << "once";
  EXPECT_TRUE(sign_in("ann@a.example", "a long password", codes[3]));
  EXPECT_EQ(kind_of(sign_in("ann@a.example", "a long password", codes[3])), ErrorKind::not_authorized) << "once";
  std::string lower = codes[4];
  for (char& c : lower) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c;
  EXPECT_TRUE(sign_in("ann@a.example", "a long password", lower));
  EXPECT_FALSE(sign_in("bob@b.example", "a long password")->needs_code);
  ASSERT_TRUE(world_.wait(persons_.end_totp(world_.home, ann(), "operator")));
  EXPECT_FALSE(sign_in("ann@a.example", "a long password")->needs_code);
}

TEST_F(PersonsTest, AWrongCodeTurnsNothingOn) {
  EXPECT_EQ(kind_of(world_.wait(persons_.confirm_totp(world_.home, ann(), "123456"))), ErrorKind::not_authorized);
  ASSERT_TRUE(world_.wait(persons_.begin_totp(world_.home, ann())));
  EXPECT_EQ(kind_of(world_.wait(persons_.confirm_totp(world_.home, ann(), ""))), ErrorKind::not_authorized);
  EXPECT_FALSE(ann()->has_totp);
}

TEST_F(PersonsTest, SessionsEnd) {
  const std::string first = sign_in("ann@a.example", "a long password")->token;
  const std::string second = sign_in("ann@a.example", "a long password")->token;
  const std::string bobs = sign_in("bob@b.example", "a long password")->token;
  const int64_t bobs_id = persons_.find_session(bobs)->session;
  EXPECT_EQ(kind_of(world_.wait(persons_.end_session(world_.home, ann(), bobs_id))), ErrorKind::item_not_found);
  EXPECT_TRUE(world_.wait(persons_.end_session(world_.home, ann(), persons_.find_session(first)->session)));
  EXPECT_FALSE(persons_.find_session(first));
  const int64_t kept = persons_.find_session(second)->session;
  const std::string third = sign_in("ann@a.example", "a long password")->token;
  ASSERT_TRUE(world_.wait(persons_.set_password(world_.home, "ann@a.example", "another password", "x", kept)));
  EXPECT_TRUE(persons_.find_session(second));
  EXPECT_FALSE(persons_.find_session(third));
  EXPECT_TRUE(persons_.find_session(bobs));
  EXPECT_FALSE(sign_in("ann@a.example", "a long password"));
  EXPECT_TRUE(sign_in("ann@a.example", "another password"));
  world_.clock.advance_ms(int64_t{31} * 24 * 60 * 60 * 1000);
  EXPECT_FALSE(persons_.find_session(second));
}

TEST_F(PersonsTest, AreRemovedWhole) {
  const std::string token = sign_in("ann@a.example", "a long password")->token;
  std::vector<std::string> codes;
  turn_totp_on(&codes);
  EXPECT_TRUE(world_.wait(persons_.set_role(world_.home, "ann@a.example", {Role::operators}, true, "operator")));
  ASSERT_TRUE(world_.wait(persons_.remove(world_.home, "ann@a.example", "operator")));
  EXPECT_FALSE(persons_.find_session(token));
  EXPECT_EQ(persons_.find("ann@a.example"), nullptr);
  EXPECT_THAT(dump("persons"), Not(HasSubstr("ann@")));
  EXPECT_EQ(dump("person_roles") + dump("person_recovery_codes") + dump("person_sessions"), "");
  ASSERT_TRUE(world_.wait(persons_.create(world_.home, "ann@a.example", "", "a long password", "operator")));
  EXPECT_EQ(ann()->id, 3);
  EXPECT_TRUE(ann()->roles.empty());
  EXPECT_FALSE(sign_in("ann@a.example", "a long password")->needs_code);
}

TEST_F(PersonsTest, RolesAreOneAtAPlace) {
  const TenantPtr shop = world_.make_tenant("shop", "shop.example");
  const auto give = [&](Role role, TenantId tenant, bool is_given = true) {
    return world_.wait(persons_.set_role(world_.home, "ann@a.example", {role, {}, tenant}, is_given, "operator"));
  };
  ASSERT_TRUE(give(Role::read, shop->id));
  ASSERT_TRUE(give(Role::moderate, shop->id));
  ASSERT_TRUE(give(Role::operators, TenantId::server));
  EXPECT_EQ(ann()->roles, (std::vector<PersonRole>{{Role::moderate, {}, shop->id}, {Role::operators}}));
  ASSERT_TRUE(give(Role::read, shop->id, false));
  EXPECT_EQ(ann()->roles, (std::vector<PersonRole>{{Role::operators}}));
  EXPECT_TRUE(persons_.find("bob@b.example")->roles.empty());
}

TEST_F(PersonsTest, GuessesAreBounded) {
  int looked_at = 0;
  for (int i = 0; i < 40; ++i) {
    if (kind_of(sign_in("ann@a.example", "a wrong password")) == ErrorKind::not_authorized) ++looked_at;
  }
  EXPECT_EQ(looked_at, 21) << "20 failures, and the one that is past the bound";
  EXPECT_EQ(kind_of(sign_in("ann@a.example", "a long password")), ErrorKind::policy_violation);
  EXPECT_TRUE(sign_in("ann@a.example", "a long password", "", "198.51.100.7")) << "from elsewhere";
  EXPECT_TRUE(sign_in("bob@b.example", "a long password", "", "198.51.100.7"));
}

TEST_F(PersonsTest, HaveTwentySessionsAtMost) {
  const std::string first = sign_in("ann@a.example", "a long password")->token;
  const std::string second = sign_in("ann@a.example", "a long password")->token;
  for (int i = 2; i < 21; ++i) EXPECT_TRUE(sign_in("ann@a.example", "a long password"));
  EXPECT_EQ(persons_.sessions(ann()->id).size(), 20u);
  EXPECT_FALSE(persons_.find_session(first));
  EXPECT_TRUE(persons_.find_session(second));
}

TEST_F(PersonsTest, RefuseWhatDoesNotParse) {
  const auto create = [&](const std::string& email, const std::string& name, const std::string& password) {
    return kind_of(world_.wait(persons_.create(world_.home, email, name, password, "operator")));
  };
  EXPECT_EQ(create("ann@a.example", "", "a long password"), ErrorKind::conflict);
  EXPECT_EQ(create("nobody", "", "a long password"), ErrorKind::bad_request);
  EXPECT_EQ(create("c@a.example", std::string(1000, 'x'), "a long password"), ErrorKind::bad_request);
  EXPECT_EQ(create("c@a.example", "", "short"), ErrorKind::bad_request);
  EXPECT_EQ(create("c@a.example", "", std::string(1024, 'x')), ErrorKind::bad_request);
  EXPECT_EQ(create("c@a.example", "C'; DROP TABLE persons; --", "a long password"), ErrorKind::undefined_condition);
  EXPECT_EQ(persons_.find("c@a.example")->name, "C'; DROP TABLE persons; --");
}

}  // namespace
}  // namespace teahouse::persons_test
