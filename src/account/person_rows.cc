#include "account/person_rows.h"

#include "tenant/tables.h"

namespace teahouse::person_rows {

using store::Blob;
using store::Statement;

std::vector<store::Migration> migrations() {
  return {{"persons/1",
           {// NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one statement on two lines
            "CREATE TABLE persons(person_id BIGINT NOT NULL PRIMARY KEY, email TEXT NOT NULL UNIQUE, "
            "name TEXT NOT NULL, password TEXT NOT NULL, totp BYTEA NOT NULL, totp_on BIGINT NOT NULL, "
            "totp_step BIGINT NOT NULL, created_ms BIGINT NOT NULL)",
            "CREATE TABLE person_roles(person_id BIGINT NOT NULL, reseller_id BIGINT NOT NULL, "
            "tenant_id BIGINT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (person_id, reseller_id, tenant_id))",
            "CREATE INDEX person_roles_by_tenant ON person_roles(tenant_id)",
            "CREATE TABLE person_sessions(person_id BIGINT NOT NULL, id BIGINT NOT NULL, hash BYTEA NOT NULL UNIQUE, "
            "created_ms BIGINT NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL, PRIMARY KEY (person_id, id))",
            "CREATE TABLE person_recovery_codes(person_id BIGINT NOT NULL, hash BYTEA NOT NULL, "
            "PRIMARY KEY (person_id, hash))",
            "INSERT INTO sequences(name, next) VALUES ('person', 0)",
            "INSERT INTO sequences(name, next) VALUES ('person_session', 0)"}}};
}

std::vector<Statement> draw_id() {
  return {draw_number("person"), {"SELECT next FROM sequences WHERE name = 'person'", {}}};
}

Statement insert(const Person& person, const std::string& password) {
  return {
      "INSERT INTO persons(person_id, email, name, password, totp, totp_on, totp_step, created_ms) "
      "VALUES (?, ?, ?, ?, ?, 0, 0, ?)",
      {person.id, person.email, person.name, password, Blob{}, person.created_ms}};
}

std::vector<Statement> remove(int64_t person) {
  std::vector<Statement> statements;
  for (const char* table : {"person_recovery_codes", "person_sessions", "person_roles", "persons"}) {
    statements.push_back({"DELETE FROM " + std::string(table) + " WHERE person_id = ?", {person}});
  }
  return statements;
}

Statement set_password(int64_t person, const std::string& password) {
  return {"UPDATE persons SET password = ? WHERE person_id = ?", {password, person}};
}

Statement select(int64_t person) {
  return {"SELECT password, totp, totp_step FROM persons WHERE person_id = ?", {person}};
}

std::vector<Statement> set_role(int64_t person, const PersonRole& role, bool is_given) {
  const auto reseller = static_cast<int64_t>(raw(role.reseller));
  std::vector<Statement> statements = {
      {"DELETE FROM person_roles WHERE person_id = ? AND reseller_id = ? AND tenant_id = ?",
       {person, reseller, to_value(role.tenant)}}};
  if (is_given) {
    statements.push_back({"INSERT INTO person_roles(person_id, reseller_id, tenant_id, role) VALUES (?, ?, ?, ?)",
                          {person, reseller, to_value(role.tenant), std::string(to_string(role.role))}});
  }
  return statements;
}

Statement set_totp(int64_t person, const std::string& sealed, bool is_on) {
  return {"UPDATE persons SET totp = ?, totp_on = ? WHERE person_id = ?", {Blob{sealed}, int64_t{is_on}, person}};
}

Statement use_totp_step(int64_t person, int64_t step) {
  return {"UPDATE persons SET totp_step = ? WHERE person_id = ? AND totp_step < ?", {step, person, step}};
}

std::vector<Statement> set_recovery_codes(int64_t person, const std::vector<std::string>& hashes) {
  std::vector<Statement> statements = {{"DELETE FROM person_recovery_codes WHERE person_id = ?", {person}}};
  for (const std::string& hash : hashes) {
    statements.push_back({"INSERT INTO person_recovery_codes(person_id, hash) VALUES (?, ?)", {person, Blob{hash}}});
  }
  return statements;
}

Statement use_recovery_code(int64_t person, const std::string& hash) {
  return {"DELETE FROM person_recovery_codes WHERE person_id = ? AND hash = ?", {person, Blob{hash}}};
}

std::vector<Statement> insert_session(int64_t person, const std::string& hash, const PersonSession& session) {
  return {draw_number("person_session"),
          {"INSERT INTO person_sessions(person_id, id, hash, created_ms, address, agent) "
           "SELECT p.person_id, s.next, ?, ?, ?, ? FROM persons p, sequences s "
           "WHERE p.person_id = ? AND s.name = 'person_session'",
           {Blob{hash}, session.created_ms, session.address, session.agent, person}},
          {"SELECT id FROM person_sessions WHERE hash = ?", {Blob{hash}}}};
}

Statement remove_session(int64_t person, int64_t id) {
  return {"DELETE FROM person_sessions WHERE person_id = ? AND id = ?", {person, id}};
}

Statement remove_sessions(int64_t person, int64_t but) {
  return {"DELETE FROM person_sessions WHERE person_id = ? AND id <> ?", {person, but}};
}

}  // namespace teahouse::person_rows
