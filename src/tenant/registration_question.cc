#include "tenant/registration_question.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <boost/json.hpp>

#include "crypto/hash.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

namespace json = boost::json;

constexpr size_t question_characters_max = 200, answer_characters_max = 100, answers_max = 10, answer_bytes_max = 1000;

Error bad_question(std::string_view why) {
  return {ErrorKind::bad_request, "The registration question " + std::string(why)};
}

Error no_question() {
  return bad_question(
      R"(must be a JSON object, as {"question": "Which tea is green?", "answers": ["sencha", "matcha"]}.)");
}

// The answer without what makes no difference.
std::string fold(std::string_view text) {
  UErrorCode failed = U_ZERO_ERROR;
  const icu::Normalizer2* folding = icu::Normalizer2::getNFKCCasefoldInstance(failed);
  if (U_FAILURE(failed) != 0) return std::string(text);
  const auto given = icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  const icu::UnicodeString folded = folding->normalize(given, failed);
  icu::UnicodeString words;
  for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const UChar32 c = folded.char32At(i);
    if (!u_isUWhiteSpace(c)) {
      words.append(c);
    } else if (!words.isEmpty() && words[words.length() - 1] != u' ') {
      words.append(u' ');
    }
  }
  words.trim();
  std::string out;
  return words.toUTF8String(out);
}

}  // namespace

bool RegistrationQuestion::is_answered_by(std::string_view text) const {
  if (text.size() > answer_bytes_max) return false;
  const std::string given = fold(text);
  return std::any_of(answers.begin(), answers.end(),
                     [&given](const std::string& answer) { return crypto::constant_time_equal(fold(answer), given); });
}

Result<RegistrationQuestion> parse_registration_question(std::string_view text) {
  boost::system::error_code failed;
  const json::value value = json::parse({text.data(), text.size()}, failed);
  const json::object* object = failed ? nullptr : value.if_object();
  const json::value* question = object ? object->if_contains("question") : nullptr;
  const json::value* answers = object ? object->if_contains("answers") : nullptr;
  if (!question || !question->is_string() || !answers || !answers->is_array() || object->size() != 2) {
    return no_question();
  }
  auto shown =
      parse_shown_text("The registration question", std::string_view(question->get_string()), question_characters_max);
  if (!shown) return shown.error();
  if (shown->empty()) return bad_question("has no words.");
  RegistrationQuestion parsed{std::move(*shown), {}};
  for (const json::value& each : answers->get_array()) {
    if (!each.is_string()) return no_question();
    auto answer = parse_shown_text("An answer to the registration question", std::string_view(each.get_string()),
                                   answer_characters_max);
    if (!answer) return answer.error();
    if (fold(*answer).empty()) return bad_question("has an answer without letters.");
    parsed.answers.push_back(std::move(*answer));
  }
  if (parsed.answers.empty() || parsed.answers.size() > answers_max) return bad_question("needs 1 to 10 answers.");
  return parsed;
}

std::string to_json(const RegistrationQuestion& question) {
  return json::serialize(json::object{{"question", question.question},
                                      {"answers", json::array(question.answers.begin(), question.answers.end())}});
}

}  // namespace teahouse
