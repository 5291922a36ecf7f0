// Logins by a certificate (SASL EXTERNAL), on streams of two tenants.
#include <gtest/gtest.h>

#include "crypto/client_certificate.h"
#include "crypto/testing/client_certificates.h"
#include "server/c2s/testing/stream_world.h"
#include "server/device_sessions.h"
#include "server/password_change.h"

namespace teahouse::testing::external_test {
namespace {

// As the module of app/modules.cc declares it.
class SignsIn final : public Module {
 public:
  const ModuleInfo& info() const override {
    static const ModuleInfo info{.name = "signs_in", .summary = "For tests.", .signs_in_by_certificate = true};
    return info;
  }
  void attach(ModuleContext&) override {}
};

class ExternalTest : public ::testing::Test {
 protected:
  ExternalTest() {
    world_.clock.set_wall_ms(1'767'312'000'000);  // in January of 2026
    for (auto& home : world_.homes) home->modules().add(std::make_unique<SignsIn>());
  }
  void append(const TenantPtr& tenant, const std::string& user, const std::string& name = "Phone") {
    const auto account = world_.wait(world_.accounts.find(world_.home, tenant, user)).value();
    ASSERT_TRUE(world_.wait(world_.accounts.certificates().append(
        world_.home, tenant->id, *BareJid::make(user, tenant->domain()), {account.incarnation}, {name, der_})));
  }
  FakeTransport& open(const std::string& host, const std::string& from = {}) {
    FakeTransport& client = world_.open(host, sha256_, from);
    world_.wait_until([&client] { return client.holds == 0; });
    return client;
  }
  std::string outcome(FakeTransport& client, const std::string& authzid) {
    client.sent.clear();
    client.element("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='EXTERNAL'><initial-response>" +
                   crypto::to_base64(authzid) + "</initial-response></authenticate>");
    world_.wait_until([&client] { return client.is_moving() || client.has("<failure") || client.has("<success"); });
    if (client.is_moving()) client.let_arrive();
    const std::string all = client.all();
    const size_t found = all.find("<authorization-identifier>");
    if (found != all.npos) return all.substr(found + 26, all.find('<', found + 26) - found - 26);
    const size_t condition = all.find("<failure xmlns='urn:xmpp:sasl:2'><") + 34;
    return all.substr(condition, all.find(' ', condition) - condition);
  }

  StreamWorld world_;
  const std::string der_ = crypto::parse_base64(plain_certificate).value();
  const std::string sha256_ = crypto::parse_client_certificate(der_)->sha256;
};

TEST_F(ExternalTest, IsOfferedWhereAnAccountOfTheTenantHasTheCertificate) {
  append(world_.shop, "ann");
  FakeTransport& shop = open("shop.example");
  FakeTransport& forum = open("forum.example");
  FakeTransport& bare = world_.open("shop.example");
  EXPECT_TRUE(shop.has("<mechanism>EXTERNAL</mechanism>")) << shop.all();
  EXPECT_FALSE(forum.has("EXTERNAL") || bare.has("EXTERNAL"));
  EXPECT_EQ(outcome(shop, ""), "ann@shop.example");
  EXPECT_EQ(outcome(forum, ""), "invalid-mechanism");
  EXPECT_EQ(outcome(bare, "ann@shop.example"), "invalid-mechanism");
}

TEST_F(ExternalTest, IsForNoAccountThatHasNotTheCertificate) {
  append(world_.shop, "ann");
  append(world_.forum, "bo");
  FakeTransport& client = open("shop.example");
  for (const std::string authzid : {"bo@shop.example", "ann@forum.example", "bo@forum.example", "nobody@shop.example",
                                    "ann", "shop.example", "ann@shop.example/x"}) {
    EXPECT_EQ(outcome(client, authzid), "invalid-authzid") << authzid;
  }
  EXPECT_EQ(outcome(client, std::string("\xFF", 1)), "malformed-request");
  EXPECT_EQ(outcome(client, std::string("ann@shop.example\0", 17)), "malformed-request");
  EXPECT_EQ(outcome(client, std::string(1024, 'x')), "invalid-authzid");
  EXPECT_EQ(outcome(client, "ANN@shop.example"), "ann@shop.example");
}

TEST_F(ExternalTest, OfSeveralAccountsIsForTheOneThatIsNamed) {
  append(world_.shop, "ann");
  append(world_.shop, "bo");
  EXPECT_EQ(outcome(open("shop.example"), ""), "invalid-authzid");
  EXPECT_EQ(outcome(open("shop.example"), "bo@shop.example"), "bo@shop.example");
  EXPECT_EQ(outcome(open("shop.example", "ann@shop.example"), ""), "ann@shop.example");
  EXPECT_EQ(outcome(open("shop.example", "ann@shop.example"), "bo@shop.example"), "invalid-authzid");
  EXPECT_EQ(outcome(open("shop.example", "cy@shop.example"), ""), "invalid-authzid");
}

TEST_F(ExternalTest, EndsWithTheCertificateWhatWasOfferedBefore) {
  append(world_.shop, "ann");
  FakeTransport& client = open("shop.example");
  ASSERT_TRUE(world_.wait(world_.accounts.certificates().remove(world_.home, world_.shop->id, "ann", "Phone")));
  EXPECT_EQ(outcome(client, ""), "not-authorized");
}

// Its row was there when it was looked at, and its session is not there yet when the others end.
TEST_F(ExternalTest, ALoginUnderWayEndsWithTheCertificate) {
  const std::string user = world_.user_at(0);
  append(world_.shop, user);
  FakeTransport& client = open("shop.example");
  EXPECT_EQ(outcome(client, ""), user + "@shop.example");
  ASSERT_TRUE(world_.wait(world_.accounts.certificates().remove(world_.home, world_.shop->id, user, "Phone")));
  world_.accounts.devices().logins().end(world_.shop->id, user, sha256_);
  client.element("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  world_.wait_until([&client] { return client.has("</stream>"); });
  EXPECT_TRUE(client.has("<not-authorized")) << client.all();
}

TEST_F(ExternalTest, MarksTheSessionByWhichItIsEnded) {
  const std::string user = world_.user_at(0);
  append(world_.shop, user);
  FakeTransport& client = open("shop.example");
  EXPECT_EQ(outcome(client, ""), user + "@shop.example");
  client.element("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  world_.wait_until([&client] { return client.has("id='b'"); });
  const BareJid account = *BareJid::make(user, "shop.example");
  end_certificate_sessions(*world_.homes[0], account, certificate_number(std::string(64, 'f')));
  world_.turn();
  EXPECT_FALSE(client.has("</stream>"));
  end_certificate_sessions(*world_.homes[0], account, certificate_number(sha256_));
  world_.wait_until([&client] { return client.has("</stream>"); });
  EXPECT_TRUE(client.has("<not-authorized")) << client.all();
}

// A session that somebody else holds appends until it ends: what comes after the list was emptied goes too.
TEST_F(ExternalTest, WhatIsAppendedWhileThePasswordChangesGoes) {
  const std::string user = world_.user_at(0);
  world_.bind("shop.example", "phone");
  append(world_.shop, "ann");
  append(world_.forum, "ann");
  end_sessions_of_old_password(world_.shared, *BareJid::make("ann", "shop.example"));
  const auto count = [this](const TenantPtr& tenant) {
    return world_.wait(world_.accounts.certificates().list(world_.home, tenant->id, "ann"))->size();
  };
  world_.wait_until([&] { return count(world_.shop) == 0; });
  EXPECT_EQ(count(world_.forum), 1U);
}

}  // namespace
}  // namespace teahouse::testing::external_test
