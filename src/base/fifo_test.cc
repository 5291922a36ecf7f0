#include "base/fifo.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

namespace teahouse::fifo_test {
namespace {

TEST(Fifo, AgreesWithADeque) {
  Fifo<int> fifo;
  std::deque<int> expected;
  unsigned chance = 1;
  for (int i = 0; i < 20'000; ++i) {
    chance = chance * 1664525U + 1013904223U;
    const bool grows = (i / 1000) % 2 == 0;
    if (expected.empty() || (chance >> 16) % 4 < (grows ? 3U : 1U)) {
      fifo.push_back(i);
      expected.push_back(i);
    } else {
      const size_t count = std::min<size_t>(expected.size(), (chance >> 20) % 3);
      fifo.pop_front(count);
      expected.erase(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(count));
    }
    ASSERT_EQ(fifo.size(), expected.size());
    ASSERT_EQ(fifo.empty(), expected.empty());
    ASSERT_TRUE(expected.empty() || fifo.front() == expected.front());
  }
  EXPECT_TRUE(std::equal(fifo.begin(), fifo.end(), expected.begin(), expected.end()));
}

TEST(Fifo, LetsGoWhatItGaveOut) {
  Fifo<std::shared_ptr<int>> fifo;
  const auto first = std::make_shared<int>(1), second = std::make_shared<int>(2);
  fifo.push_back(first);
  fifo.push_back(second);
  fifo.pop_front();
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(second.use_count(), 2);
  fifo.clear();
  EXPECT_EQ(second.use_count(), 1);
}

}  // namespace
}  // namespace teahouse::fifo_test
