// Text as clients prepare it that were written for RFC 3920: not as this server does, which must know the forms that
// they send.
//
// Thread: any. Each gives nothing for a text that the profile prohibits, that is not
// UTF-8 or has more than 4092 bytes. Characters that Unicode 3.2 did not know stay.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace teahouse::xmpp {

// RFC 3920 appendix A, of a localpart: "straße" is "strasse", "νίκος" is "νίκοσ", and joiners are left out.
std::optional<std::string> nodeprep(std::string_view text);
// RFC 4013, of a password: "m²tea" is "m2tea".
std::optional<std::string> saslprep(std::string_view text);

}  // namespace teahouse::xmpp
