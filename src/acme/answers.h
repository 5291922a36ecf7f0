// The answers of an ACME authority, read: the authority is a stranger that may answer rubbish. Pure.
//
// Limits: JSON of 64 KiB and depth 16; URLs of 2,048 bytes, https (or http to this very machine); tokens of 200
// base64url characters; 20 authorizations of an order, 20 challenges of each. Errors: bad_request; the text says what
// was wrong, in at most 300 bytes of printable ASCII.
// Spec: RFC 8555 sections 7.1 and 6.7; RFC 9773 section 4.2; RFC 9110 section 10.2.3 (Retry-After).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse::acme {

struct Directory {
  std::string new_nonce, new_account, new_order, revoke_certificate, key_change;
  std::string renewal_info;  // empty: the authority has no ARI
  std::vector<std::string> profiles;
  bool external_account_required = false;
};
Result<Directory> read_directory(std::string_view body);

enum class Status : uint8_t { pending, processing, ready, valid, invalid, gone };

struct Order {
  Status status = Status::pending;
  std::vector<std::string> authorizations;
  std::string finalize, certificate;
  std::string error;  // in words
};
Result<Order> read_order(std::string_view body);

struct Challenge {
  std::string type, url, token;
  Status status = Status::pending;
  std::string error;
};
struct Authorization {
  Status status = Status::pending;
  std::string domain;
  std::vector<Challenge> challenges;
  std::string error() const;  // of the challenge that failed
};
Result<Authorization> read_authorization(std::string_view body);

struct Problem {
  std::string type;  // "badNonce", without the URN before it
  std::string text;  // for people
};
// Of an answer with an error's status; whatever its body is.
Problem read_problem(int status, std::string_view body);

struct RenewalWindow {
  int64_t start_ms = 0, end_ms = 0;
};
Result<RenewalWindow> read_renewal_info(std::string_view body);

// Seconds, or a date as HTTP has it; at most a week. 0: it says nothing that can be read.
int64_t read_retry_after_ms(std::string_view header, int64_t now_ms);

// Whether requests may go there.
bool is_good_url(std::string_view url);
// Printable ASCII, cut.
std::string shown(std::string_view text);

}  // namespace teahouse::acme
