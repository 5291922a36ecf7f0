// Text as clients prepare it that were written for RFC 3920: not as this server does, but what they send must be known.
//
// Thread: any. Each gives nothing for what the profile prohibits. Characters that Unicode 3.2 did not know stay.
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
