#include "server/c2s/bosh/bosh_window.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::c2s::bosh_window_test {
namespace {

using Verdict = BoshWindow::Verdict;

class BoshWindowTest : public ::testing::Test {
 protected:
  static constexpr int64_t first = 1000;

  Verdict receive(int64_t rid, bool is_empty = false, bool may_exceed = false) {
    return window.receive({rid, is_empty, may_exceed}, now_ms);
  }
  Verdict poll(int64_t rid) { return receive(rid, true); }
  // Takes all that is next, as a stream does that is read from.
  std::vector<int64_t> take() {
    std::vector<int64_t> taken;
    while (const auto rid = window.take_next()) {
      window.finish(*rid);
      taken.push_back(*rid);
    }
    return taken;
  }
  void answer(int64_t rid, bool has_payload = true) {
    ASSERT_EQ(window.oldest(), rid);
    window.answer(rid, SharedBytes("answer " + std::to_string(rid)), has_payload);
  }
  void begin() {
    ASSERT_EQ(receive(first), Verdict::taken);
    ASSERT_EQ(take(), (std::vector<int64_t>{first}));
    answer(first);
  }
  std::string kept(int64_t rid) const { return std::string(window.find_answer(rid).view()); }

  BoshWindow window{first, {.requests = 2, .hold = 1, .polling_ms = 2000}};
  int64_t now_ms = 5000;
};

TEST_F(BoshWindowTest, TakesRequestsInOrder) {
  begin();
  EXPECT_EQ(receive(1001), Verdict::taken);
  EXPECT_EQ(take(), (std::vector<int64_t>{1001}));
  EXPECT_FALSE(window.is_over_hold());
  EXPECT_EQ(receive(1002), Verdict::taken);
  EXPECT_EQ(take(), (std::vector<int64_t>{1002}));
  EXPECT_TRUE(window.is_over_hold());
  EXPECT_EQ(window.oldest(), 1001);
}

TEST_F(BoshWindowTest, WaitsForTheGapToBeFilled) {
  begin();
  EXPECT_EQ(receive(1002), Verdict::taken);
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(window.oldest(), std::nullopt);
  EXPECT_FALSE(window.is_taken(1002));
  EXPECT_EQ(receive(1001), Verdict::taken);
  EXPECT_EQ(take(), (std::vector<int64_t>{1001, 1002}));
}

TEST_F(BoshWindowTest, KnowsNoRequestBeyondTheWindow) {
  begin();
  EXPECT_EQ(receive(1003), Verdict::not_found);
  EXPECT_EQ(receive(9007199254740991), Verdict::not_found);
  EXPECT_EQ(receive(1002), Verdict::taken);
  EXPECT_EQ(receive(1003), Verdict::not_found);
}

TEST_F(BoshWindowTest, TakesOneMoreThatPausesOrEnds) {
  begin();
  EXPECT_EQ(receive(1001), Verdict::taken);
  EXPECT_EQ(receive(1002), Verdict::taken);
  EXPECT_EQ(receive(1003, true, true), Verdict::taken);
  EXPECT_EQ(receive(1004, true, true), Verdict::not_found);
}

TEST_F(BoshWindowTest, RefusesMoreThanMayBeOpenWhereTheStreamTakesNothing) {
  begin();
  EXPECT_EQ(receive(1001), Verdict::taken);
  EXPECT_TRUE(window.take_next());
  EXPECT_EQ(receive(1002), Verdict::taken);
  EXPECT_TRUE(window.take_next());
  EXPECT_EQ(receive(1003), Verdict::too_many);
}

TEST_F(BoshWindowTest, KeepsAsManyAnswersAsMayBeOpen) {
  begin();
  for (int64_t rid = 1001; rid < 1005; ++rid) {
    EXPECT_EQ(receive(rid), Verdict::taken);
    take();
    answer(rid);
  }
  EXPECT_EQ(receive(1004), Verdict::answered);
  EXPECT_EQ(kept(1004), "answer 1004");
  EXPECT_EQ(receive(1003), Verdict::answered);
  EXPECT_EQ(kept(1003), "answer 1003");
  EXPECT_EQ(receive(1002), Verdict::not_found);
  EXPECT_EQ(receive(999), Verdict::not_found);
  EXPECT_EQ(receive(1005), Verdict::taken);
}

TEST_F(BoshWindowTest, TellsOneThatWaitsFromOneThatIsNew) {
  begin();
  EXPECT_EQ(receive(1001), Verdict::taken);
  take();
  EXPECT_EQ(receive(1001), Verdict::again);
  EXPECT_EQ(receive(1002), Verdict::taken);
  EXPECT_EQ(receive(1002), Verdict::again);
}

TEST_F(BoshWindowTest, TakesNoEndOfRepeats) {
  begin();
  EXPECT_EQ(receive(1001), Verdict::taken);
  take();
  for (int i = 0; i < BoshWindow::repeats_max; ++i) EXPECT_EQ(receive(1001), Verdict::again);
  EXPECT_EQ(receive(1001), Verdict::too_many);
  BoshWindow other(first, {});
  EXPECT_EQ(other.receive({first}, 0), Verdict::taken);
  other.take_next();
  other.answer(first, SharedBytes("a"), true);
  for (int i = 0; i < BoshWindow::repeats_max; ++i) EXPECT_EQ(other.receive({first}, 0), Verdict::answered);
  EXPECT_EQ(other.receive({first}, 0), Verdict::too_many);
}

TEST_F(BoshWindowTest, RefusesAPollTooSoonBehindOneThatIsHeld) {
  begin();
  EXPECT_EQ(poll(1001), Verdict::taken);
  take();
  now_ms += 1999;
  EXPECT_EQ(poll(1002), Verdict::too_many);
  now_ms += 1;
  EXPECT_EQ(poll(1002), Verdict::taken);
}

TEST_F(BoshWindowTest, TakesAPollThatWordsHaveOvertaken) {
  begin();
  EXPECT_EQ(receive(1002), Verdict::taken);
  EXPECT_EQ(poll(1001), Verdict::taken);
  EXPECT_EQ(take(), (std::vector<int64_t>{1001, 1002}));
}

TEST_F(BoshWindowTest, TakesWordsAtAnyTime) {
  begin();
  EXPECT_EQ(poll(1001), Verdict::taken);
  take();
  EXPECT_EQ(receive(1002), Verdict::taken);
}

TEST_F(BoshWindowTest, RefusesAClientThatPollsTooOften) {
  window.~BoshWindow();
  new (&window) BoshWindow(first, {.requests = 1, .hold = 0, .polling_ms = 2000});
  begin();
  EXPECT_EQ(poll(1001), Verdict::taken);  // the answer before had something in it
  take();
  EXPECT_TRUE(window.is_over_hold());
  answer(1001, false);
  now_ms += 1999;
  EXPECT_EQ(poll(1002), Verdict::too_many);
  now_ms += 1;
  EXPECT_EQ(poll(1002), Verdict::taken);
  take();
  answer(1002, true);
  EXPECT_EQ(poll(1003), Verdict::taken);
  take();
  answer(1003, false);
  EXPECT_EQ(receive(1004), Verdict::taken);
}

TEST_F(BoshWindowTest, AnswersInOrderAlone) {
  begin();
  EXPECT_EQ(receive(1001), Verdict::taken);
  EXPECT_TRUE(window.take_next());
  EXPECT_EQ(receive(1002), Verdict::taken);
  EXPECT_TRUE(window.take_next());
  window.finish(1002);
  EXPECT_EQ(window.oldest(), 1001);
  EXPECT_FALSE(window.is_finished(1001));
  EXPECT_TRUE(window.is_finished(1002));
}

class BoshKeysTest : public ::testing::Test {
 protected:
  static std::string next(const std::string& key) { return crypto::to_hex(crypto::sha1(key)); }
  BoshKeysTest() {
    std::string key = "the seed";
    for (int i = 0; i < 5; ++i) keys.push_back(key = next(key));
  }
  // Whether its key is right.
  bool ask(const std::string& key, const std::string& newkey = {}) {
    EXPECT_EQ(window.receive({rid, false, false, key, newkey}, 0), Verdict::taken);
    EXPECT_EQ(window.take_next(), rid);
    window.answer(rid++, SharedBytes("a"), true);
    return !window.has_wrong_key();
  }

  int64_t rid = 7;
  BoshWindow window{7, {}};
  std::vector<std::string> keys;  // each is the hash of the one before
};

TEST_F(BoshKeysTest, FollowsASequenceAndChangesToAnother) {
  EXPECT_TRUE(ask({}, keys[4]));
  EXPECT_TRUE(ask(keys[3]));
  std::string upper = keys[2];
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  EXPECT_TRUE(ask(keys[2], next(next("another seed"))));
  EXPECT_TRUE(ask(next("another seed")));
}

TEST_F(BoshKeysTest, FindsTheCaseOfLettersWithoutMeaning) {
  std::string upper = keys[4];
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  EXPECT_TRUE(ask({}, upper));
  EXPECT_TRUE(ask(keys[3]));
}

TEST_F(BoshKeysTest, RefusesAWrongKey) {
  EXPECT_TRUE(ask({}, keys[4]));
  EXPECT_FALSE(ask(keys[2]));
}

TEST_F(BoshKeysTest, RefusesARequestWithoutAKey) {
  EXPECT_TRUE(ask({}, keys[4]));
  EXPECT_TRUE(ask(keys[3]));
  EXPECT_FALSE(ask({}));
}

TEST_F(BoshKeysTest, RepeatsNothingToOneWithoutTheKey) {
  EXPECT_TRUE(ask({}, keys[4]));
  EXPECT_TRUE(ask(keys[3]));
  EXPECT_EQ(window.receive({rid - 1, false, false, {}, {}}, 0), Verdict::not_found);
  EXPECT_EQ(window.receive({rid - 1, false, false, keys[2], {}}, 0), Verdict::not_found);
  EXPECT_EQ(window.receive({rid - 1, false, false, keys[3], {}}, 0), Verdict::answered);
}

}  // namespace
}  // namespace teahouse::c2s::bosh_window_test
