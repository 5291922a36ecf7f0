#include "server/loading.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace teahouse::loading_test {
namespace {

class LoadingTest : public ::testing::Test {
 protected:
  using Work = std::function<void()>;
  void wait(const std::string& name, const std::string& word) {
    begun_ += loading_.wait(name, [this, word] { done_.push_back(word); }) ? 1 : 0;
  }
  void release(const std::string& name) {
    loading_.release(name, [](const Work& work) { work(); });
  }

  Loading<std::string, Work> loading_;
  std::vector<std::string> done_;
  int begun_ = 0;
};

TEST_F(LoadingTest, KeepsTheOrderOfEachNameAndBeginsOnce) {
  wait("ann", "1");
  wait("bo", "other");
  wait("ann", "2");
  EXPECT_EQ(begun_, 2);
  EXPECT_TRUE(done_.empty());
  release("ann");
  EXPECT_EQ(done_, (std::vector<std::string>{"1", "2"}));
  EXPECT_FALSE(loading_.is_held("ann"));
  EXPECT_TRUE(loading_.is_held("bo"));
  release("nobody");
  wait("ann", "3");
  EXPECT_EQ(begun_, 3);
}

TEST_F(LoadingTest, WhatComesWhileWorkIsDoneStandsBehind) {
  loading_.wait("ann", [this] {
    done_.emplace_back("first");
    EXPECT_TRUE(loading_.is_held("ann"));
    wait("ann", "last");
  });
  wait("ann", "second");
  release("ann");
  EXPECT_EQ(done_, (std::vector<std::string>{"first", "second", "last"}));
  EXPECT_EQ(begun_, 0) << "nobody loads what is there";
}

TEST_F(LoadingTest, WorkMayHoldTheName) {
  loading_.wait("ann", [this] { loading_.hold("ann"); });
  wait("ann", "after");
  release("ann");
  EXPECT_TRUE(done_.empty());
  release("ann");
  EXPECT_EQ(done_, (std::vector<std::string>{"after"}));
}

TEST_F(LoadingTest, WorkMayHoldTheNameAndLetItGoAtOnce) {
  loading_.wait("ann", [this] {
    loading_.hold("ann");
    release("ann");
    done_.emplace_back("first");
  });
  wait("ann", "second");
  release("ann");
  EXPECT_EQ(done_, (std::vector<std::string>{"second", "first"}));
  EXPECT_FALSE(loading_.is_held("ann"));
}

TEST_F(LoadingTest, ALineThatIsFullIsOneNamesAlone) {
  for (size_t i = 0; i < loading_.waits_max; ++i) {
    EXPECT_FALSE(loading_.is_full("ann"));
    wait("ann", "x");
  }
  EXPECT_TRUE(loading_.is_full("ann"));
  EXPECT_FALSE(loading_.is_full("bo"));
  release("ann");
  EXPECT_FALSE(loading_.is_full("ann"));
}

}  // namespace
}  // namespace teahouse::loading_test
