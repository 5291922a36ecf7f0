// The recovery codes of persons, and the errors that more than one source of Persons has.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::person_codes {

// "ABCD-EFGH-IJKL-MNOP": 80 bits of chance.
std::string make_recovery_code();
// As it is stored; in either case, with or without its hyphens it is one code.
std::string hash_recovery_code(std::string_view code);

Error unknown_person(std::string_view email);
Error wrong_sign_in();
Error wrong_code();
Error too_busy();  // the line of the PasswordQueue is full

}  // namespace teahouse::person_codes
