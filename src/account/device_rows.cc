#include "account/device_rows.h"

#include "account/client_certificates.h"
#include "tenant/tables.h"

namespace teahouse::device_rows {
namespace {

using store::as_int;
using store::as_text;
using store::Statement;
using store::Value;

constexpr const char* of_device = "tenant_id = ? AND localpart = ? AND device = ?";

// Is the secret there that signed what the token stands for? `table`: as the query names the tokens.
std::string is_signed(const std::string& table = "device_tokens") {
  return "(" + table + ".signer = 0 OR EXISTS (SELECT 1 FROM signing_secrets s WHERE s.tenant_id = " + table +
         ".tenant_id AND s.id = " + table + ".signer))";
}

std::vector<Value> values_of(const Key& key) { return {to_value(key.tenant), key.localpart, key.device}; }

// "... WHERE the device's AND condition AND guard"
Statement guarded(std::string sql, const Key& key, const std::string& condition, std::vector<Value> values,
                  const Guard& guard) {
  Statement statement{std::move(sql), values_of(key)};
  statement.sql.append(" WHERE ").append(of_device).append(" AND ").append(condition).append(" AND ").append(guard.sql);
  statement.parameters.insert(statement.parameters.end(), values.begin(), values.end());
  statement.parameters.insert(statement.parameters.end(), guard.parameters.begin(), guard.parameters.end());
  return statement;
}

}  // namespace

std::vector<store::Migration> migrations() {
  return {{"devices/1",
           {"CREATE TABLE devices(tenant_id BIGINT NOT NULL, localpart TEXT NOT NULL, device TEXT NOT NULL, "
            "software TEXT NOT NULL, name TEXT NOT NULL, first_ms BIGINT NOT NULL, last_ms BIGINT NOT NULL, "
            "PRIMARY KEY (tenant_id, localpart, device))",
            "CREATE INDEX devices_by_time ON devices(last_ms)",
            "CREATE TABLE device_tokens(tenant_id BIGINT NOT NULL, localpart TEXT NOT NULL, device TEXT NOT NULL, "
            "id TEXT NOT NULL, sealed BYTEA NOT NULL, mechanism TEXT NOT NULL, made_ms BIGINT NOT NULL, "
            "expires_ms BIGINT NOT NULL, count BIGINT NOT NULL, used BIGINT NOT NULL, "
            "PRIMARY KEY (tenant_id, localpart, device, id))",
            "CREATE INDEX device_tokens_by_end ON device_tokens(expires_ms)"}},
          {"devices/signers",
           {"ALTER TABLE device_tokens ADD COLUMN signer BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE device_tokens ADD COLUMN signed_ms BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE devices ADD COLUMN by_site BIGINT NOT NULL DEFAULT 0"}}};
}

// A salt is new with each password, and stands between two '$' of the account's keys. Base64 has no sign of LIKE's.
Guard while_password(const Key& key, std::string_view salt_base64) {
  return {"EXISTS (SELECT 1 FROM accounts WHERE tenant_id = ? AND localpart = ? AND scram LIKE ?)",
          {to_value(key.tenant), key.localpart, "%$" + std::string(salt_base64) + "$%"}};
}

Guard while_signed(const Key& key, int64_t signer, int64_t incarnation) {
  return {
      "EXISTS (SELECT 1 FROM accounts a JOIN signing_secrets s ON s.tenant_id = a.tenant_id WHERE a.tenant_id = ? AND "
      "a.localpart = ? AND a.incarnation = ? AND s.id = ?)",
      {to_value(key.tenant), key.localpart, incarnation, signer}};
}

Guard while_token(const Key& key, const std::string& token, int64_t count_max) {
  return {
      "EXISTS (SELECT 1 FROM device_tokens t WHERE tenant_id = ? AND localpart = ? AND device = ? AND id = ? AND "
      "count < ? AND " +
          is_signed("t") + ")",
      {to_value(key.tenant), key.localpart, key.device, token, count_max}};
}

Statement select_login(const Key& key) {
  return {
      "SELECT d.software, d.name, d.last_ms, a.expires_ms, t.id, t.sealed, t.mechanism, t.made_ms, t.expires_ms, "
      "t.count, t.used, t.signer, t.signed_ms FROM devices d JOIN accounts a ON a.tenant_id = d.tenant_id AND "
      "a.localpart = d.localpart "
      "LEFT JOIN device_tokens t ON t.tenant_id = d.tenant_id AND t.localpart = d.localpart AND t.device = d.device "
      "AND " +
          is_signed("t") + " WHERE d.tenant_id = ? AND d.localpart = ? AND d.device = ?",
      values_of(key)};
}

Token make_token(const store::Row& row, size_t first) {
  Token token;
  token.id = as_text(row[first]);
  token.sealed = store::Blob{as_text(row[first + 1])};
  token.mechanism = as_text(row[first + 2]);
  token.made_ms = as_int(row[first + 3]);
  token.expires_ms = as_int(row[first + 4]);
  token.count = as_int(row[first + 5]);
  token.used = as_int(row[first + 6]) != 0;
  token.signer = as_int(row[first + 7]);
  token.signed_ms = as_int(row[first + 8]);
  return token;
}

Statement keep_device(const Key& key, const Device& device, const Guard& guard) {
  Statement statement{
      "INSERT INTO devices(tenant_id, localpart, device, software, name, first_ms, last_ms, by_site) "
      "SELECT tenant_id, ?, ?, ?, ?, ?, ?, ? FROM tenants WHERE tenant_id = ? AND " +
          guard.sql +
          " ON CONFLICT (tenant_id, localpart, device) DO UPDATE SET software = excluded.software, "
          "name = excluded.name, last_ms = excluded.last_ms, by_site = excluded.by_site",
      {key.localpart, key.device, device.software, device.name, device.last_ms, device.last_ms, int64_t{device.by_site},
       to_value(key.tenant)}};
  statement.parameters.insert(statement.parameters.end(), guard.parameters.begin(), guard.parameters.end());
  return statement;
}

Statement see_device(const Key& key, const Device& device) {
  return {std::string("UPDATE devices SET software = ?, name = ?, last_ms = ? WHERE ") + of_device,
          {device.software, device.name, device.last_ms, to_value(key.tenant), key.localpart, key.device}};
}

Statement insert_token(const Key& key, const Token& token, const Guard& guard) {
  Statement statement{
      "INSERT INTO device_tokens(tenant_id, localpart, device, id, sealed, mechanism, made_ms, expires_ms, count, "
      "used, signer, signed_ms) "
      "SELECT tenant_id, localpart, device, ?, ?, ?, ?, ?, -1, 0, ?, ? FROM devices WHERE tenant_id = ? AND "
      "localpart = ? AND device = ? AND " +
          guard.sql,
      {token.id, token.sealed, token.mechanism, token.made_ms, token.expires_ms, token.signer, token.signed_ms,
       to_value(key.tenant), key.localpart, key.device}};
  statement.parameters.insert(statement.parameters.end(), guard.parameters.begin(), guard.parameters.end());
  return statement;
}

Statement remove_unused(const Key& key, const std::string& but, const Guard& guard) {
  return guarded("DELETE FROM device_tokens", key, "used = 0 AND id <> ?", {but}, guard);
}

Statement remove_earlier(const Key& key, int64_t made_ms, const Guard& guard) {
  return guarded("DELETE FROM device_tokens", key, "made_ms < ?", {made_ms}, guard);
}

Statement remove_others(const Key& key, const std::string& but, const Guard& guard) {
  return guarded("DELETE FROM device_tokens", key, "id <> ?", {but}, guard);
}

Statement use_token(const Key& key, const std::string& token, int64_t count, int64_t count_max) {
  return {std::string("UPDATE device_tokens SET used = 1, count = CASE WHEN count < ? THEN ? ELSE count END WHERE ") +
              of_device + " AND id = ? AND count < ? AND " + is_signed(),
          {count, count, to_value(key.tenant), key.localpart, key.device, token, count_max}};
}

Statement remove_token(const Key& key, const std::string& token, int64_t count_max) {
  return {std::string("DELETE FROM device_tokens WHERE ") + of_device + " AND id = ? AND count < ? AND " + is_signed(),
          {to_value(key.tenant), key.localpart, key.device, token, count_max}};
}

std::vector<Statement> cut(const Key& key, size_t devices_max) {
  const Value tenant = to_value(key.tenant);
  return {{"DELETE FROM devices WHERE tenant_id = ? AND localpart = ? AND device NOT IN (SELECT device FROM devices "
           "WHERE tenant_id = ? AND localpart = ? ORDER BY last_ms DESC, device LIMIT ?)",
           {tenant, key.localpart, tenant, key.localpart, static_cast<int64_t>(devices_max)}},
          {"DELETE FROM device_tokens WHERE tenant_id = ? AND localpart = ? AND device NOT IN (SELECT device FROM "
           "devices WHERE tenant_id = ? AND localpart = ?)",
           {tenant, key.localpart, tenant, key.localpart}}};
}

Statement select_devices(TenantId tenant, const std::string& localpart, int64_t site_keep_ms) {
  return {
      "SELECT device, software, name, first_ms, last_ms, (SELECT COALESCE(MAX(CASE WHEN t.signer = 0 OR t.expires_ms "
      "< t.signed_ms + ? THEN t.expires_ms ELSE t.signed_ms + ? END), 0) FROM device_tokens t "
      "WHERE t.tenant_id = d.tenant_id AND t.localpart = d.localpart AND t.device = d.device AND " +
          is_signed("t") +
          "), d.by_site FROM devices d WHERE d.tenant_id = ? AND d.localpart = ? ORDER BY d.last_ms DESC, d.device",
      {site_keep_ms, site_keep_ms, to_value(tenant), localpart}};
}

std::vector<Statement> remove(const Key& key) {
  std::string which = "tenant_id = ? AND localpart = ?";
  std::vector<Value> values = {to_value(key.tenant), key.localpart};
  if (!key.device.empty()) {
    which += " AND device = ?";
    values.emplace_back(key.device);
  }
  std::vector<Statement> statements;
  if (key.device.empty()) statements.push_back(ClientCertificates::removal_of(key.tenant, key.localpart));
  statements.push_back({"DELETE FROM device_tokens WHERE " + which, values});
  statements.push_back({"DELETE FROM devices WHERE " + which, values});
  return statements;
}

std::vector<Statement> remove_old(int64_t last_ms, int64_t ended_ms) {
  return {{"DELETE FROM device_tokens WHERE expires_ms < ? OR NOT " + is_signed(), {ended_ms}},
          {"DELETE FROM devices WHERE last_ms < ?", {last_ms}}};
}

}  // namespace teahouse::device_rows
