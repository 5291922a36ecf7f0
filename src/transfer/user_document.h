// UserDocument: an account as an XML document of XEP-0227: its credentials, and what modules have a form for.
//
// Thread: any. Limits: limits.h. Errors: bad_request, with a sentence; policy_violation past a limit.
// Spec: XEP-0227 1.1; what it has no place for is in own_ns (docs/export.md).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "account/accounts.h"
#include "transfer/row_form.h"

namespace teahouse::transfer {

struct UserDocument {
  std::string host;
  Account account;
  std::optional<sasl::ScramKeys> keys;
  std::map<std::string, RowForm::Rows, std::less<>> rows;  // by their maps, which have a form
};

Result<std::string> write_user_document(const UserDocument& user, const std::vector<RowForm>& forms);
Result<UserDocument> parse_user_document(std::string text, const std::vector<RowForm>& forms);

}  // namespace teahouse::transfer
