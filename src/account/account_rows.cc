#include "account/account_rows.h"

#include <algorithm>

#include "account/known_logins.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "tenant/names.h"
#include "tenant/tables.h"
#include "xmpp/jid.h"

namespace teahouse {

std::vector<store::Migration> Accounts::migrations() {
  std::vector<store::Migration> all = {
      {"accounts/1",
       {"CREATE TABLE accounts(tenant_id BIGINT NOT NULL, localpart TEXT NOT NULL, name TEXT NOT NULL, "
        "picture TEXT NOT NULL, role TEXT NOT NULL, scram TEXT NOT NULL, created_ms BIGINT NOT NULL, "
        "PRIMARY KEY (tenant_id, localpart))"}},
      {"accounts/2",
       {"ALTER TABLE accounts ADD COLUMN user_id TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE accounts ADD COLUMN expires_ms BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX accounts_by_end ON accounts(expires_ms) WHERE expires_ms > 0"}},
      {"accounts/removals",
       {"CREATE TABLE account_removals(tenant_id BIGINT NOT NULL, localpart TEXT NOT NULL, "
        "PRIMARY KEY (tenant_id, localpart))"}},
      {"accounts/incarnations", {"ALTER TABLE accounts ADD COLUMN incarnation BIGINT NOT NULL DEFAULT 0"}}};
  for (auto&& part : {known_logins_migrations(), Invites::migrations(), device_rows::migrations()})
    all.insert(all.end(), part.begin(), part.end());
  all.push_back(OlderKeys::migration());
  all.push_back(ClientCertificates::migration());
  all.push_back({"accounts/disabled",
                 {"ALTER TABLE accounts ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0",
                  "CREATE INDEX accounts_disabled ON accounts(tenant_id) WHERE disabled <> 0"}});
  return all;
}

std::vector<TenantTable> Accounts::tables() {
  std::vector<TenantTable> all = {
      {"accounts", "localpart"}, {"account_removals", "localpart"}, {"known_logins", "localpart"}, {"invites", "id"}};
  for (TenantTable& table : Devices::tables()) all.push_back(std::move(table));
  for (TenantTable& table : ClientCertificates::tables()) all.push_back(std::move(table));
  return all;
}

namespace account_rows {
namespace {

using store::as_int;
using store::as_text;
using store::Statement;

constexpr size_t name_characters_max = 128;
constexpr size_t picture_bytes_max = 2048;
// A version of stored keys, which is the text before their first '$', and the keys that it has.
struct KeysForm {
  std::string_view version;
  bool two_forms;  // ScramKeys::saslprep_pairs
  bool sha512;
};
constexpr KeysForm keys_forms[] = {{"1", false, false}, {"2", true, false}, {"3", false, true}, {"4", true, true}};

// The texts of a pair, in the order in which they stand.
template <class Pairs>
auto fields_of(Pairs& pairs, bool sha512) {
  std::vector<decltype(&pairs.stored_key_sha1)> fields = {&pairs.stored_key_sha1, &pairs.server_key_sha1,
                                                          &pairs.stored_key_sha256, &pairs.server_key_sha256};
  if (sha512) fields.insert(fields.end(), {&pairs.stored_key_sha512, &pairs.server_key_sha512});
  return fields;
}

constexpr const char* select_columns =
    "SELECT localpart, name, picture, role, CASE WHEN scram = '' THEN 0 ELSE 1 END, created_ms, user_id, expires_ms, "
    "incarnation, disabled FROM accounts ";

bool is_url_character(char c) {
  return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

Result<void> check_picture(std::string_view url) {
  if (url.empty()) return {};
  if (url.size() > picture_bytes_max) return bad_request("The picture's address is longer than 2048 bytes.");
  if (!url.starts_with("https://")) return bad_request("The picture must be an address that begins with https://.");
  if (!std::all_of(url.begin(), url.end(), is_url_character)) {
    return bad_request("The picture's address holds a character that no URL may hold; write it percent-encoded.");
  }
  return {};
}

std::vector<std::string_view> split_fields(std::string_view text) {
  std::vector<std::string_view> fields;
  for (;;) {
    const size_t end = text.find('$');
    fields.push_back(text.substr(0, end));
    if (end == text.npos) return fields;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Result<std::string> parse_localpart(const Tenant& tenant, std::string_view text) {
  if (text.empty()) return Error{ErrorKind::jid_malformed, "The localpart is empty."};
  const auto jid = BareJid::make(text, tenant.domain());
  if (!jid) return jid.error();
  return std::string(jid->localpart());
}

Result<AccountChange> check_details(AccountChange details) {
  if (details.name) {
    auto name = parse_person_name("The name", *details.name, name_characters_max);
    if (!name) return name.error();
    details.name = std::move(*name);
  }
  if (details.picture) {
    if (const auto checked = check_picture(*details.picture); !checked) return checked.error();
  }
  if (details.role && *details.role != "user" && *details.role != "moderator" && *details.role != "admin") {
    return bad_request("The role must be \"user\", \"moderator\" or \"admin\".");
  }
  return details;
}

AccountChange differences(const Account& account, const AccountChange& wanted) {
  AccountChange change;
  if (wanted.name && *wanted.name != account.name) change.name = wanted.name;
  if (wanted.picture && *wanted.picture != account.picture) change.picture = wanted.picture;
  if (wanted.role && *wanted.role != account.role) change.role = wanted.role;
  if (wanted.user_id && *wanted.user_id != account.user_id) change.user_id = wanted.user_id;
  if (wanted.expires_ms && *wanted.expires_ms != account.expires_ms) change.expires_ms = wanted.expires_ms;
  if (wanted.disabled && *wanted.disabled != account.disabled) change.disabled = wanted.disabled;
  return change;
}

bool is_empty(const AccountChange& change) {
  return !change.name && !change.picture && !change.role && !change.user_id && !change.expires_ms && !change.disabled;
}

void apply(Account& account, const AccountChange& change) {
  if (change.name) account.name = *change.name;
  if (change.picture) account.picture = *change.picture;
  if (change.role) account.role = *change.role;
  if (change.user_id) account.user_id = *change.user_id;
  if (change.expires_ms) account.expires_ms = *change.expires_ms;
  if (change.disabled) account.disabled = *change.disabled;
}

std::string to_text(const sasl::ScramKeys& keys) {
  const bool two_forms = keys.saslprep_pairs.has_value();
  const bool sha512 = !keys.pairs.stored_key_sha512.empty();
  const auto form = std::ranges::find_if(
      keys_forms, [&](const KeysForm& each) { return each.two_forms == two_forms && each.sha512 == sha512; });
  std::string text =
      std::string(form->version) + "$" + std::to_string(keys.iterations) + "$" + crypto::to_base64(keys.salt);
  const auto append = [&](const sasl::ScramKeyPairs& pairs) {
    for (const std::string* bytes : fields_of(pairs, sha512)) text.append("$").append(crypto::to_base64(*bytes));
  };
  append(keys.pairs);
  if (two_forms) append(*keys.saslprep_pairs);
  return text;
}

std::optional<sasl::ScramKeys> parse_keys(std::string_view text) {
  const auto fields = split_fields(text);
  const auto form = std::ranges::find(keys_forms, fields[0], &KeysForm::version);
  if (form == std::end(keys_forms) || fields.size() < 2) return std::nullopt;
  sasl::ScramKeys keys;
  const auto iterations = parse_decimal<int>(fields[1]);
  if (!iterations || *iterations < 1 || *iterations > sasl::scram_iterations_max) return std::nullopt;
  keys.iterations = *iterations;
  std::vector<std::string*> targets = {&keys.salt};
  const auto add = [&](sasl::ScramKeyPairs& pairs) {
    for (std::string* each : fields_of(pairs, form->sha512)) targets.push_back(each);
  };
  add(keys.pairs);
  if (form->two_forms) add(keys.saslprep_pairs.emplace());
  if (fields.size() != 2 + targets.size()) return std::nullopt;
  for (size_t i = 0; i < targets.size(); ++i) {
    auto decoded = crypto::parse_base64(fields[i + 2]);
    if (!decoded) return std::nullopt;
    *targets[i] = std::move(*decoded);
  }
  return keys;
}

Statement insert(TenantId tenant, const Account& account, const std::string& keys) {
  return {
      "INSERT INTO accounts(tenant_id, localpart, name, picture, role, scram, created_ms, user_id, expires_ms, "
      "incarnation, disabled) SELECT tenant_id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM tenants WHERE tenant_id = ? AND NOT "
      "EXISTS "
      "(SELECT 1 FROM account_removals WHERE tenant_id = ? AND localpart = ?)",
      {account.localpart, account.name, account.picture, account.role, keys, account.created_ms, account.user_id,
       account.expires_ms, account.incarnation, int64_t{account.disabled}, to_value(tenant), to_value(tenant),
       account.localpart}};
}

Statement select_one(TenantId tenant, const std::string& localpart) {
  return {std::string(select_columns) + "WHERE tenant_id = ? AND localpart = ?", {to_value(tenant), localpart}};
}

Statement select_keys(TenantId tenant, const std::string& localpart) {
  return {"SELECT scram FROM accounts WHERE tenant_id = ? AND localpart = ?", {to_value(tenant), localpart}};
}

Statement select_page(TenantId tenant, const std::string& after, size_t rows_max) {
  return {std::string(select_columns) + "WHERE tenant_id = ? AND localpart > ? ORDER BY localpart LIMIT ?",
          {to_value(tenant), after, static_cast<int64_t>(rows_max)}};
}

Statement update(TenantId tenant, const std::string& localpart, const AccountChange& change, const std::string& keys) {
  Statement statement;
  const auto set = [&](const char* column, const auto& value) {
    if (!value) return;
    statement.sql.append(statement.sql.empty() ? "UPDATE accounts SET " : ", ").append(column).append(" = ?");
    statement.parameters.emplace_back(*value);
  };
  set("name", change.name);
  set("picture", change.picture);
  set("role", change.role);
  set("user_id", change.user_id);
  set("expires_ms", change.expires_ms);
  set("disabled", change.disabled ? std::optional<int64_t>(*change.disabled) : std::nullopt);
  set("scram", keys.empty() ? std::nullopt : std::optional<std::string>(keys));
  statement.sql += " WHERE tenant_id = ? AND localpart = ?";
  statement.parameters.emplace_back(to_value(tenant));
  statement.parameters.emplace_back(localpart);
  return statement;
}

Statement replace_keys(TenantId tenant, const std::string& localpart, const sasl::ScramKeys& old,
                       const sasl::ScramKeys& keys) {
  return {"UPDATE accounts SET scram = ? WHERE tenant_id = ? AND localpart = ? AND scram = ?",
          {to_text(keys), to_value(tenant), localpart, to_text(old)}};
}

Statement select_expired(int64_t now_ms, size_t rows_max) {
  return {
      "SELECT tenant_id, localpart FROM accounts WHERE expires_ms > 0 AND expires_ms <= ? ORDER BY expires_ms LIMIT ?",
      {now_ms, static_cast<int64_t>(rows_max)}};
}

Statement select_with_names() {
  return {
      "SELECT tenant_id, localpart, user_id FROM accounts WHERE localpart GLOB '*[^ -~]*' OR localpart GLOB '==*' OR "
      "(user_id <> '' AND user_id <> localpart) ORDER BY tenant_id, localpart",
      {}};
}

std::vector<Statement> remove(TenantId tenant, const std::string& localpart) {
  std::vector<Statement> statements = device_rows::remove({tenant, localpart, {}});
  statements.push_back(
      {"INSERT INTO account_removals(tenant_id, localpart) SELECT tenant_id, localpart FROM accounts "
       "WHERE tenant_id = ? AND localpart = ?",
       {to_value(tenant), localpart}});
  statements.push_back(forget_known_logins(tenant, localpart));
  statements.push_back(Invites::remove_of(tenant, localpart));
  statements.push_back({"DELETE FROM accounts WHERE tenant_id = ? AND localpart = ?", {to_value(tenant), localpart}});
  return statements;
}

Statement select_there(TenantId tenant, const std::string& localpart, int64_t incarnation) {
  return {"SELECT 1 FROM accounts WHERE tenant_id = ? AND localpart = ? AND (? = 0 OR incarnation = ?)",
          {to_value(tenant), localpart, incarnation, incarnation}};
}

Statement use_invite(TenantId tenant, const std::string& localpart, const Invite& invite) {
  Statement statement = Invites::remove(invite);
  statement.sql += " AND NOT EXISTS (SELECT 1 FROM account_removals WHERE tenant_id = ? AND localpart = ?)";
  statement.parameters.emplace_back(to_value(tenant));
  statement.parameters.emplace_back(localpart);
  return statement;
}

Statement end_removal(TenantId tenant, const std::string& localpart) {
  return {"DELETE FROM account_removals WHERE tenant_id = ? AND localpart = ?", {to_value(tenant), localpart}};
}

Statement select_removal(TenantId tenant, const std::string& localpart) {
  return {"SELECT 1 FROM account_removals WHERE tenant_id = ? AND localpart = ?", {to_value(tenant), localpart}};
}

Statement select_removals(size_t rows_max) {
  return {"SELECT tenant_id, localpart FROM account_removals LIMIT ?", {static_cast<int64_t>(rows_max)}};
}

Account make_account(const store::Row& row) {
  Account account;
  account.localpart = as_text(row[0]);
  account.name = as_text(row[1]);
  account.picture = as_text(row[2]);
  account.role = as_text(row[3]);
  account.has_password = as_int(row[4]) != 0;
  account.created_ms = as_int(row[5]);
  account.user_id = as_text(row[6]);
  account.expires_ms = as_int(row[7]);
  account.incarnation = as_int(row[8]);
  account.disabled = as_int(row[9]) != 0;
  return account;
}

}  // namespace account_rows
}  // namespace teahouse
