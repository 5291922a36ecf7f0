#include "base/random.h"

#include <gtest/gtest.h>

namespace teahouse::random_test {
namespace {

class Counting final : public RandomSource {
 public:
  void fill(std::string& bytes) override {
    for (char& byte : bytes) byte = static_cast<char>(next_++);
  }

 private:
  unsigned char next_ = 0;
};

TEST(Random, ComesFromASourceThatIsSet) {
  const auto draw = [] {
    Counting source;
    set_random_source(&source);
    std::string drawn = random_bytes(3);
    drawn += random_token(22);
    drawn += std::to_string(random_u64());
    set_random_source(nullptr);
    return drawn;
  };
  EXPECT_EQ(draw().substr(0, 3), std::string("\0\1\2", 3));
  EXPECT_EQ(draw(), draw());
}

TEST(Random, ComesFromTheKernelOtherwise) {
  EXPECT_NE(random_bytes(32), random_bytes(32));
  EXPECT_EQ(random_token(22).size(), 22U);
}

}  // namespace
}  // namespace teahouse::random_test
