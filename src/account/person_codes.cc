#include "account/person_codes.h"

#include "base/random.h"
#include "crypto/hash.h"
#include "crypto/totp.h"

namespace teahouse::person_codes {

std::string hash_recovery_code(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    plain += 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return crypto::sha256(plain);
}

std::string make_recovery_code() {
  const std::string letters = crypto::to_base32(random_bytes(10));
  std::string code;
  for (size_t i = 0; i < letters.size(); i += 4) code.append(code.empty() ? "" : "-").append(letters, i, 4);
  return code;
}

Error unknown_person(std::string_view email) {
  return {ErrorKind::item_not_found, "There is no person '" + std::string(email.substr(0, 254)) + "'."};
}

Error wrong_sign_in() { return {ErrorKind::not_authorized, "The e-mail address or the password is wrong."}; }

Error wrong_code() {
  return {ErrorKind::not_authorized, "The code is wrong, or was used before. Take the one that the app shows now."};
}

Error too_busy() {
  return {ErrorKind::service_unavailable, "Too many passwords are waiting to be checked. Try again in a moment."};
}

}  // namespace teahouse::person_codes
