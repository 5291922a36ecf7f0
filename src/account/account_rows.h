// Accounts as rows of the control plane, and what an account's details may hold: the SQL and the checks of accounts.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "account/accounts.h"

namespace teahouse::account_rows {

// A localpart as it is stored. Errors: jid_malformed.
Result<std::string> parse_localpart(const Tenant& tenant, std::string_view text);
// The details with what is set checked and normal. Errors: bad_request.
Result<AccountChange> check_details(AccountChange details);
// The fields of `wanted` that are set and differ from the account's.
AccountChange differences(const Account& account, const AccountChange& wanted);
bool is_empty(const AccountChange& change);
void apply(Account& account, const AccountChange& change);

// "" is no password. A text with its version, so that keys of a later form can stand beside these.
std::string to_text(const sasl::ScramKeys& keys);
std::optional<sasl::ScramKeys> parse_keys(std::string_view text);

// An insert touches no row when the tenant is gone.
store::Statement insert(TenantId tenant, const Account& account, const std::string& keys);
store::Statement select_one(TenantId tenant, const std::string& localpart);
store::Statement select_keys(TenantId tenant, const std::string& localpart);
store::Statement select_page(TenantId tenant, const std::string& after, size_t rows_max);
// Sets the fields of the change alone, so that two at once do not undo each other; empty `keys` leave those that are
// there. REQUIRES: something is set.
store::Statement update(TenantId tenant, const std::string& localpart, const AccountChange& change,
                        const std::string& keys);
// Replaces the keys, unless they are others than `old` by now.
store::Statement replace_keys(TenantId tenant, const std::string& localpart, const sasl::ScramKeys& old,
                              const sasl::ScramKeys& keys);
store::Statement select_expired(int64_t now_ms, size_t rows_max);  // tenant_id, localpart
// tenant_id, localpart, user_id of the accounts of all tenants whose localpart is not ASCII or is spelt out, or whose
// id is spelt otherwise.
store::Statement select_with_names();
// The account goes and its name is noted as not free yet, in one transaction.
std::vector<store::Statement> remove(TenantId tenant, const std::string& localpart);
// Has a row if there is such an account; of this incarnation, where one is given.
store::Statement select_there(TenantId tenant, const std::string& localpart, int64_t incarnation = 0);
// Before the insert of an account by it: the invitation goes, unless the name is not free yet.
store::Statement use_invite(TenantId tenant, const std::string& localpart, const Invite& invite);
store::Statement end_removal(TenantId tenant, const std::string& localpart);
store::Statement select_removal(TenantId tenant, const std::string& localpart);
store::Statement select_removals(size_t rows_max);
Account make_account(const store::Row& row);  // of select_one and select_page

}  // namespace teahouse::account_rows
