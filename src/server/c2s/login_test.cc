#include "server/c2s/login.h"

#include <gtest/gtest.h>

#include "server/c2s/testing/stream_world.h"

namespace teahouse::c2s::login_test {
namespace {

const std::string address = "192.0.2.7";

// A client of ann at the shop; nobody carries what is said.
class LoginTest : public ::testing::Test, public Login::Events {
 protected:
  LoginTest() {
    login_.use(world_.homes[0]->hosts().find("shop.example"));
    offer_.encrypted = true;
    offer_.tokens = true;
  }
  void on_challenge(const std::string&) override { heard_ += "challenge;"; }
  void on_failure(const sasl::Failure& failure) override {
    heard_ += std::string(sasl::to_string(failure.condition)) + ";";
  }
  void on_identity(const Identity& identity) override {
    heard_ += identity.account.str() + ";";
    identity_ = identity;
  }
  void on_task(std::string) override { heard_ += "task;"; }
  void on_delay() override { heard_ += "delay;"; }
  void hold() override { ++holds_; }
  void release() override { --holds_; }
  bool is_over() const override { return over_; }
  std::shared_ptr<void> share() override { return kept_; }

  void begin(const std::string& authzid, const std::string& user, const std::string& password) {
    heard_.clear();
    login_.begin("PLAIN", offer_, crypto::to_base64(authzid + '\0' + user + '\0' + password));
  }
  std::string outcome(const std::string& authzid, const std::string& user, const std::string& password) {
    begin(authzid, user, password);
    world_.wait_until([&] { return holds_ == 0 || heard_ == "delay;"; });
    return heard_;
  }

  testing::StreamWorld world_;
  const std::shared_ptr<void> kept_ = std::make_shared<int>();
  sasl::Offer offer_;
  Login login_{*world_.homes[0], address, *this};
  std::string heard_;
  std::optional<Identity> identity_;
  int holds_ = 0;
  bool over_ = false;
};

TEST_F(LoginTest, EndsInAnIdentity) {
  EXPECT_EQ(outcome("", "Ann", "secret"), "ann@shop.example;");
  EXPECT_EQ(outcome("ann@shop.example", "ann", "secret"), "ann@shop.example;");
  EXPECT_FALSE(login_.is_running());
  EXPECT_EQ(login_.wrong_secrets(), 0);
}

TEST_F(LoginTest, IsForNoOtherAccountAndNoOthersPassword) {
  EXPECT_TRUE(world_.create(world_.forum, "eve", "secret"));
  EXPECT_EQ(outcome("bo@shop.example", "ann", "secret"), "invalid-authzid;");
  EXPECT_EQ(outcome("ann@forum.example", "ann", "secret"), "invalid-authzid;");
  EXPECT_EQ(outcome("", "eve", "secret"), "not-authorized;");
  EXPECT_EQ(outcome("", "ann", "Secret"), "not-authorized;");
  EXPECT_FALSE(identity_);
  EXPECT_EQ(login_.wrong_secrets(), 2);
}

TEST_F(LoginTest, RefusesWhatItCannotRead) {
  login_.begin("PLAIN", offer_, "no base64!");
  login_.begin("UNKNOWN", offer_, "");
  EXPECT_EQ(heard_, "incorrect-encoding;invalid-mechanism;");
  EXPECT_EQ(holds_, 0);
}

TEST_F(LoginTest, HoldsTheAnswerBackAfterManyWrongPasswords) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome("", "ann", "wrong"), "not-authorized;");
  EXPECT_EQ(outcome("", "ann", "wrong"), "delay;");
  EXPECT_EQ(holds_, 1);
  world_.clock.advance_ms(10'000);
  world_.turn();
  EXPECT_EQ(heard_, "delay;not-authorized;");
  EXPECT_EQ(holds_, 0);
  EXPECT_FALSE(login_.is_exhausted());
}

TEST_F(LoginTest, SaysNothingToAClientThatHasGone) {
  begin("", "ann", "secret");
  EXPECT_EQ(holds_, 1);
  over_ = true;
  login_.give_up();
  while (kept_.use_count() > 1) world_.turn();
  EXPECT_EQ(heard_, "");
  EXPECT_FALSE(identity_);
}

TEST_F(LoginTest, ASuspendedTenantLetsNobodyIn) {
  auto suspended = std::make_shared<Tenant>(*world_.shop);
  suspended->suspended = true;
  begin("", "ann", "secret");
  login_.use(std::make_shared<Host>(Host{"shop.example", HostKind::accounts, suspended}));
  world_.wait_until([&] { return holds_ == 0; });
  EXPECT_EQ(heard_, "account-disabled;") << "also where it was suspended meanwhile";
  EXPECT_EQ(outcome("", "ann", "secret"), "account-disabled;");
  EXPECT_FALSE(identity_);
}

}  // namespace
}  // namespace teahouse::c2s::login_test
