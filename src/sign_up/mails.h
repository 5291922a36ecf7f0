// The mails of a sign-up, in the language that was chosen on the page and after it in the other one.
//
// They say nothing that the one who ordered has written but the address of the site, which is letters, digits and
// hyphens: an order names anybody's mailbox, and must not carry a stranger's words there.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <string>

#include "mail/mail.h"

namespace teahouse::sign_up {

struct MailWords {
  std::string to, brand;    // whose page it was
  std::string site;         // "tea.host.example"
  std::string link;         // that proves the address; or where one signs in
  bool is_chinese = false;  // the language of the page
};

mail::Mail make_proof_mail(const MailWords& words);
// To one who has as many sites as one may have; `link` leads to the panel.
mail::Mail make_enough_mail(const MailWords& words, int64_t sites);

}  // namespace teahouse::sign_up
