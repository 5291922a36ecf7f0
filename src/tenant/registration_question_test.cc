#include "tenant/registration_question.h"

#include <gtest/gtest.h>

namespace teahouse::registration_question_test {
namespace {

TEST(RegistrationQuestion, TakesAnAnswerAsPeopleWriteIt) {
  const auto question =
      parse_registration_question(R"({"question": " Which tea? ", "answers": ["Tie  Guanyin", "茶"]})");
  ASSERT_TRUE(question) << question.error().text;
  EXPECT_EQ(question->question, "Which tea?");
  for (const char* right : {"Tie  Guanyin", "tie guanyin", " TIE\tGUANYIN ", "ｔｉｅ guanyin", "茶", " 茶"}) {
    EXPECT_TRUE(question->is_answered_by(right)) << right;
  }
  for (const char* wrong : {"", " ", "tie", "tieguanyin", "tie guanyin tea", "\xff", "茶茶"}) {
    EXPECT_FALSE(question->is_answered_by(wrong)) << wrong;
  }
  EXPECT_FALSE(question->is_answered_by(std::string(100'000, ' ') + "茶"));
}

TEST(RegistrationQuestion, IsWrittenAsItIsRead) {
  const RegistrationQuestion question{R"(Say "tea".)", {"tea", "cha"}};
  const auto read = parse_registration_question(to_json(question));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->question, question.question);
  EXPECT_EQ(read->answers, question.answers);
}

TEST(RegistrationQuestion, RefusesWhatNobodyCouldAnswer) {
  const std::string long_text(201, 'q');
  std::string many = "\"a\"";
  for (int i = 0; i < 10; ++i) many += ",\"a\"";
  for (const std::string& wrong :
       {std::string(""), std::string("tea"), std::string("[]"), std::string("{}"), std::string(R"({"question": "q"})"),
        std::string(R"({"answers": ["a"]})"), std::string(R"({"question": "q", "answers": []})"),
        std::string(R"({"question": "q", "answers": "a"})"), std::string(R"({"question": "q", "answers": [1]})"),
        std::string(R"({"question": 1, "answers": ["a"]})"), std::string(R"({"question": "", "answers": ["a"]})"),
        std::string(R"({"question": "q", "answers": [" "]})"),
        std::string(R"({"question": "q", "answers": ["a"], "answer": "b"})"),
        std::string(R"({"question": "a\nb", "answers": ["a"]})"),
        R"({"question": ")" + long_text + R"(", "answers": ["a"]})", R"({"question": "q", "answers": [)" + many + "]}",
        R"({"question": "q", "answers": [")" + long_text + R"("]})"}) {
    const auto parsed = parse_registration_question(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().kind, ErrorKind::bad_request);
  }
}

}  // namespace
}  // namespace teahouse::registration_question_test
