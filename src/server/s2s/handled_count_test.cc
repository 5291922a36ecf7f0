#include "server/s2s/handled_count.h"

#include "server/s2s/resumptions.h"
#include "server/testing/session_world.h"

namespace teahouse::s2s::handled_count_test {
namespace {

class HandledCountTest : public testing::SessionWorld {
 protected:
  HandledCountTest() {
    count_->on_answer = [this](uint32_t h) { answers_.push_back(h); };
  }
  std::shared_ptr<HandledCount> count_ = std::make_shared<HandledCount>(home_, 0);
  std::vector<uint32_t> answers_;
};

TEST_F(HandledCountTest, CountsInOrderWhatIsHandledAndOnDisk) {
  TicketPtr one = count_->receive(), two = count_->receive();
  await(two, write());
  two.reset();
  EXPECT_EQ(count_->handled(), 0U);  // the first is not
  one.reset();
  EXPECT_EQ(count_->handled(), 1U);
  count_->request();
  EXPECT_TRUE(answers_.empty());
  plane_.commit();
  turn();
  EXPECT_EQ(count_->handled(), 2U);
  EXPECT_EQ(answers_, std::vector<uint32_t>{2});
}

TEST_F(HandledCountTest, AnswersWhatIsHandledWhereTheRestIsLate) {
  TicketPtr one = count_->receive(), two = count_->receive();
  one.reset();
  count_->request();
  count_->request();
  world_.clock.advance_ms(HandledCount::answer_timeout_ms + 20);
  turn();
  EXPECT_EQ(answers_, std::vector<uint32_t>{1});
}

TEST_F(HandledCountTest, IsTakenOnceAllIsHandledAndTellsNobodyElse) {
  std::optional<uint32_t> taken;
  bool told = false;
  TicketPtr one = count_->receive();
  count_->on_taken = [&told] { told = true; };
  count_->take([&taken](uint32_t h) { taken = h; });
  const std::weak_ptr<HandledCount> left = count_;
  count_.reset();
  EXPECT_TRUE(told);
  EXPECT_FALSE(taken);
  one.reset();
  EXPECT_EQ(taken, 1U);
  EXPECT_TRUE(answers_.empty());
  EXPECT_TRUE(left.expired());
}

TEST_F(HandledCountTest, MayBeGoneWhenAStanzaIsHandled) {
  TicketPtr one = count_->receive();
  count_.reset();
  one.reset();
  turn();
}

TEST_F(HandledCountTest, IsFoundByTheIdForItsPairAloneAndOnce) {
  Resumptions all;
  const Pair pair{"shop.example", "peer.example"}, other{"forum.example", "peer.example"};
  ASSERT_TRUE(all.add("id", {home_.place(), pair, count_}));
  EXPECT_FALSE(all.take("id", other));
  EXPECT_FALSE(all.take("di", pair));
  EXPECT_TRUE(all.take("id", pair));
  EXPECT_FALSE(all.take("id", pair));
}

TEST_F(HandledCountTest, OfOnePairAreNotTooMany) {
  Resumptions all;
  const Pair pair{"shop.example", "peer.example"}, other{"forum.example", "peer.example"};
  for (size_t i = 0; i < Resumptions::of_pair_max; ++i) {
    EXPECT_TRUE(all.add(std::to_string(i), {home_.place(), pair, count_}));
  }
  EXPECT_FALSE(all.add("more", {home_.place(), pair, count_}));
  EXPECT_TRUE(all.add("other", {home_.place(), other, count_}));
  all.remove("0");
  EXPECT_TRUE(all.add("more", {home_.place(), pair, count_}));
}

}  // namespace
}  // namespace teahouse::s2s::handled_count_test
