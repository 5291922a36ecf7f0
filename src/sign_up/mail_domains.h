// MailDomains: domains whose mail nobody reads for long, from a file of the operator's: one a line, "#" begins a
// remark. Public lists of them have this form.
//
// Thread: immutable, so any. Limits: 8 MiB. Errors: bad_request with the line.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"

namespace teahouse::sign_up {

class MailDomains {
 public:
  static Result<MailDomains> parse(std::string_view text);
  // Whether the address is at one of them, or at a name below it. REQUIRES: as parse_email() gives it.
  bool has(std::string_view email) const;
  size_t size() const { return domains_.size(); }

 private:
  std::unordered_set<std::string> domains_;
};

}  // namespace teahouse::sign_up
