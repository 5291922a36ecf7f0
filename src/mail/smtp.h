// Smtp: one mail to a mail server (submission), by libcurl.
//
// Thread: any; it blocks, for some minutes at most.
// Errors: none; Sent tells what became of it.
// Spec: RFC 6409, RFC 8314, RFC 3207, RFC 4954.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace teahouse::mail {

struct SmtpSettings {
  std::string server;  // "smtp://mail.example.com:587" (STARTTLS) or "smtps://mail.example.com:465"
  std::string from;
  std::string user, password;
  std::string password_file;  // where the password comes from, on its first line
  std::string ca_file;        // a PEM file of authorities to trust; empty: the system's

  bool are_set() const { return !server.empty(); }
};
// The settings as they hold: with the password, and where `server` has no port with the usual one. Errors: bad_request
// with a sentence.
Result<SmtpSettings> check(SmtpSettings settings);

struct Sent {
  enum class Kind : uint8_t { accepted, later, refused, unreached };  // unreached: no server was spoken to
  Kind kind = Kind::unreached;
  std::string answer;  // the server's last words, or why there were none; one line for people
};

// To an address and with a message as mail.h gives them. Ends soon after `is_over` is true. Without TLS nothing is sent
// but to this machine itself, and no password is ever.
Sent send(const SmtpSettings& settings, const std::string& to, const std::string& message,
          const std::atomic<bool>& is_over);

}  // namespace teahouse::mail
