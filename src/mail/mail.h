// Mail: what is said to one person, and as a message that a mail server takes.
//
// Thread: values, so any.
// Limits: a subject of 500 bytes, a text of 64 KiB.
// Errors: bad_request for an address or subject that would be another line of the header, and for a local part that is
// not ASCII.
// Spec: RFC 5322, RFC 2045, RFC 2047, RFC 3834 (auto-submitted).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace teahouse::mail {

struct Mail {
  std::string to;  // an address, as parse_email() gives it
  std::string subject, text;
};

// The address as SMTP and a header have it: its domain in ASCII.
Result<std::string> wire_address(const std::string& address);

// `id` names the message, so that one that comes twice is known as the same: letters and digits.
Result<std::string> write_message(const Mail& mail, const std::string& from, const std::string& id, int64_t at_ms);

}  // namespace teahouse::mail
