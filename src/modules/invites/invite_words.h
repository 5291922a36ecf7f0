// InviteWords: what the page of an invitation says, in the languages that it knows. {} stands for a name.
#pragma once

#include <string_view>

namespace teahouse {

struct InviteWords {
  std::string_view language;  // for <html lang>
  std::string_view title;
  std::string_view invites, site_invites;         // {}: who; the domain
  std::string_view makes_account, makes_contact;  // {}: the domain
  std::string_view accept, lasts;
  std::string_view need_client, install, comma, address;
  std::string_view not_valid, why_not_valid;  // {}: the domain
};

// Of the first language in an Accept-Language header that it knows; else English.
const InviteWords& choose_invite_words(std::string_view accept_language);

}  // namespace teahouse
