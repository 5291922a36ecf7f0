#include "mail/mailer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenant/testing/tenant_world.h"

namespace teahouse::mail::mailer_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MailerTest : public ::testing::Test {
 protected:
  MailerTest() : world_(MailQueue::migrations(), MailQueue::tables()), queue_(*world_.control) {
    shop_ = world_.make_tenant("shop", "shop.example");
    forum_ = world_.make_tenant("forum", "forum.example");
    start();
  }
  ~MailerTest() override { mailer_.reset(); }
  void start(bool is_set = true) {
    SmtpSettings settings;
    settings.from = "chat@im.example";
    if (is_set) settings.server = "smtp://mail.example:587";
    mailer_.emplace(queue_, world_.clock, settings,
                    [this](Executor&, TenantId tenant, std::string detail) { return note(this, tenant, detail); });
    mailer_->send_by([this](const std::string& to, const std::string& message) {
      tried_.push_back(to);
      const size_t id = message.find("Message-ID: ");
      ids_.push_back(message.substr(id, message.find("\r\n", id) - id));
      return Sent{next_, "words"};
    });
  }
  static Task<void> note(MailerTest* self, TenantId tenant, std::string detail) {
    self->given_up_.push_back((tenant == self->shop_->id ? "shop " : "other ") + detail);
    co_return;
  }
  void put(const TenantPtr& tenant, const std::string& to) {
    auto statements = MailQueue::put(tenant->id, {to, "Subject", "Text"}, world_.clock.wall_ms());
    ASSERT_TRUE(world_.wait(world_.control->transact(world_.home, std::move(statements))));
  }
  // The mails that were tried.
  std::vector<std::string> run() {
    tried_.clear();
    world_.wait(run_and_tell(*mailer_, world_.home));
    return tried_;
  }
  static Task<bool> run_and_tell(Mailer& mailer, Executor& home) {
    co_await Mailer::run(mailer, home);
    co_return true;
  }
  int64_t waiting() {
    return store::as_int(world_.control->execute_now({"SELECT COUNT(*) FROM mail_queue", {}})->rows[0][0]);
  }

  testing::TenantWorld world_;
  MailQueue queue_;
  std::optional<Mailer> mailer_;
  TenantPtr shop_, forum_;
  Sent::Kind next_ = Sent::Kind::accepted;
  std::vector<std::string> tried_, ids_, given_up_;
};

TEST_F(MailerTest, SendsOnceWhatIsTaken) {
  put(shop_, "ann@shop.example");
  put(forum_, "bob@forum.example");
  EXPECT_THAT(run(), ElementsAre("ann@shop.example", "bob@forum.example"));
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_EQ(waiting(), 0);
}

TEST_F(MailerTest, TriesAgainWithGrowingPausesAndGivesUp) {
  put(shop_, "ann@shop.example");
  next_ = Sent::Kind::later;
  EXPECT_THAT(run(), ElementsAre("ann@shop.example"));
  EXPECT_THAT(run(), IsEmpty());
  world_.clock.advance_ms(Mailer::minute_ms);
  EXPECT_THAT(run(), ElementsAre("ann@shop.example"));
  world_.clock.advance_ms(Mailer::minute_ms);
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_EQ(Mailer::pause_ms(2), 15 * Mailer::minute_ms);
  EXPECT_EQ(Mailer::pause_ms(100), 360 * Mailer::minute_ms);
  int tries = 2;
  for (; waiting() > 0 && tries < 100; ++tries) {
    world_.clock.advance_ms(Mailer::pause_ms(100));
    run();
  }
  EXPECT_EQ(tries, 22);  // five days
  EXPECT_THAT(given_up_, ElementsAre("shop to ann@shop.example: words"));
  for (const std::string& id : ids_) EXPECT_EQ(id, ids_[0]);
}

TEST_F(MailerTest, GivesUpWhatIsRefused) {
  put(shop_, "nobody@shop.example");
  next_ = Sent::Kind::refused;
  run();
  EXPECT_EQ(waiting(), 0);
  EXPECT_THAT(given_up_, ElementsAre("shop to nobody@shop.example: words"));
}

TEST_F(MailerTest, AsksAServerThatIsAwayOnlyOnce) {
  put(shop_, "ann@shop.example");
  put(forum_, "bob@forum.example");
  next_ = Sent::Kind::unreached;
  EXPECT_THAT(run(), ElementsAre("ann@shop.example"));
  EXPECT_THAT(run(), ElementsAre("bob@forum.example"));
  EXPECT_EQ(waiting(), 2);
  next_ = Sent::Kind::accepted;
  world_.clock.advance_ms(Mailer::minute_ms);
  EXPECT_THAT(run(), ElementsAre("ann@shop.example", "bob@forum.example"));
}

TEST_F(MailerTest, LosesNothingByAKill) {
  put(shop_, "ann@shop.example");
  ASSERT_TRUE(
      world_.wait(queue_.begin(world_.home, 1, world_.clock.wall_ms() + Mailer::minute_ms)));  // a try was begun
  start();
  EXPECT_THAT(run(), IsEmpty());
  world_.clock.advance_ms(Mailer::minute_ms);
  EXPECT_THAT(run(), ElementsAre("ann@shop.example"));
  EXPECT_EQ(waiting(), 0);
}

TEST_F(MailerTest, WithoutAServerNothingIsTried) {
  start(false);
  put(shop_, "ann@shop.example");
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_FALSE(world_.wait(Mailer::send_now(*mailer_, world_.home, {"ann@shop.example", "a", "b"})));
  world_.clock.advance_ms(Mailer::given_up_after_ms);
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(given_up_.size(), 1U);
}

TEST_F(MailerTest, AMailAtOnceTellsWhatWasSaid) {
  const auto said = world_.wait(Mailer::send_now(*mailer_, world_.home, {"ann@shop.example", "a", "b"}));
  ASSERT_TRUE(said);
  EXPECT_EQ(*said, "words");
  next_ = Sent::Kind::refused;
  EXPECT_FALSE(world_.wait(Mailer::send_now(*mailer_, world_.home, {"ann@shop.example", "a", "b"})));
  EXPECT_FALSE(
      world_.wait(Mailer::send_now(*mailer_, world_.home, {"ann@shop.example\r\nBcc: x@y.example", "a", "b"})));
}

TEST_F(MailerTest, TheQueueIsBoundedAndItsTenantsOwn) {
  for (int64_t i = 0; i < MailQueue::mails_max - 1; ++i) {
    ASSERT_TRUE(world_.control->execute_now(
        {"INSERT INTO mail_queue(number, tenant_id, recipient, subject, body, id, made_ms, next_ms, tries) "
         "VALUES (?, 0, 'a@b.example', '', '', '', 0, ?, 0)",
         {1000 + i, INT64_MAX}}));
  }
  put(shop_, "ann@shop.example");
  put(forum_, "bob@forum.example");
  EXPECT_EQ(waiting(), MailQueue::mails_max);
  EXPECT_THAT(run(), ElementsAre("ann@shop.example"));
  put(shop_, "ann@shop.example");
  ASSERT_TRUE(world_.wait(world_.tenants.remove(world_.home, "shop")));
  EXPECT_EQ(world_.rows_of(shop_->id), "none");
  put(shop_, "ann@shop.example");
  EXPECT_THAT(run(), IsEmpty());
}

}  // namespace
}  // namespace teahouse::mail::mailer_test
