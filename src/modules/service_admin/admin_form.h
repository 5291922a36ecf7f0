// The forms of XEP-0133's commands, and how they are read.
//
// Errors: bad_request.
#pragma once

#include <string>
#include <vector>

#include "modules/commands/command.h"

namespace teahouse {

inline constexpr size_t accounts_named_max = 100;
inline constexpr size_t announcement_bytes_max = 10'000;

DataForm make_admin_form(std::string title, std::string instructions);
DataForm make_admin_result();
// Forms that name accounts alone: one (`accountjid`), or some (`accountjids`).
DataForm ask_for_account(std::string title, std::string label);
DataForm ask_for_accounts(std::string title, std::string label);

// The addresses that a field names, each once, all of accounts at the tenant's domain; with a resource only where they
// may have one.
Result<std::vector<Jid>> read_accounts(const Tenant& tenant, const DataForm& form, std::string_view var,
                                       bool may_have_resource = false);
// The lines of a field as one text, of announcement_bytes_max; and the lines of a text.
Result<std::string> read_text(const DataForm& form, std::string_view var);
std::vector<std::string> split_lines(std::string_view text);
// The one address.
Result<BareJid> read_account(const Tenant& tenant, const DataForm& form, std::string_view var);

}  // namespace teahouse
