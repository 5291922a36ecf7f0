// RegistrationQuestion: what a stranger must answer who makes an account in band: as "Which tea is green?", which
// people know and programs don't.
//
// Spec: XEP-0158 ("qa").
// Limits: a question of 200 characters, 1 to 10 answers of 100.
// Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse {

struct RegistrationQuestion {
  std::string question;
  std::vector<std::string> answers;  // one of them is to be given

  // Capitals, spaces around it and between its words, and ways to write the same letters make no difference.
  bool is_answered_by(std::string_view text) const;
};

// Of a JSON object {"question": "…", "answers": ["…"]}. Errors: bad_request, with a sentence.
Result<RegistrationQuestion> parse_registration_question(std::string_view json);
std::string to_json(const RegistrationQuestion& question);

}  // namespace teahouse
