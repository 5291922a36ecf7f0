#include "modules/invites/invite_words.h"

#include <gtest/gtest.h>

namespace teahouse::invite_words_test {
namespace {

TEST(InviteWords, AreOfTheFirstLanguageThatIsKnown) {
  for (const char* english : {"", "en", "en-GB,zh;q=0.5", "de", "de,fr;q=0.9", ",,", ";q=1", "x"}) {
    EXPECT_EQ(choose_invite_words(english).language, "en") << english;
  }
  for (const char* chinese : {"zh", "zh-TW", "ZH-Hans-CN", "de, zh-CN;q=0.8, en;q=0.2", " zh"}) {
    EXPECT_EQ(choose_invite_words(chinese).language, "zh-CN") << chinese;
  }
}

}  // namespace
}  // namespace teahouse::invite_words_test
