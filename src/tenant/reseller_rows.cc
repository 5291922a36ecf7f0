// A reseller is one row of `resellers` and some of `reseller_limits`; it is a column of its tenants'. A tenant's own
// suspension stands in the tenant's row alone, and the reseller's in the reseller's: suspending a reseller writes one
// row, and resuming it brings back what was not suspended of itself.
#include "tenant/reseller_rows.h"

#include "tenant/tables.h"

namespace teahouse::reseller_rows {
namespace {

using store::as_int;
using store::as_text;
using store::Blob;
using store::Row;
using store::Statement;

int64_t to_value(ResellerId id) { return static_cast<int64_t>(raw(id)); }

std::string text_columns() {
  std::string all;
  for (const ResellerField& field : reseller_fields()) all.append(", ").append(field.name);
  return all;
}

Result<std::vector<std::shared_ptr<Reseller>>> load_resellers(store::ControlPlane& control) {
  const auto answer = control.execute_now(
      {"SELECT reseller_id, name, tenants, oversell_percent, suspended, suspend_reason, created_ms" + text_columns() +
           " FROM resellers ORDER BY reseller_id",
       {}});
  if (!answer) return answer.error();
  std::vector<std::shared_ptr<Reseller>> all;
  for (const Row& row : answer->rows) {
    auto reseller = std::make_shared<Reseller>();
    reseller->id = static_cast<ResellerId>(as_int(row[0]));
    reseller->name = as_text(row[1]);
    reseller->tenants = as_int(row[2]);
    reseller->oversell_percent = as_int(row[3]);
    reseller->suspended = as_int(row[4]) != 0;
    reseller->suspend_reason = as_text(row[5]);
    reseller->created_ms = as_int(row[6]);
    size_t at = 7;
    for (const ResellerField& field : reseller_fields()) reseller.get()->*field.member = as_text(row[at++]);
    for (const PlanLimitName& limit : plan_limit_names()) reseller->allotted.*limit.member = unlimited;
    all.push_back(std::move(reseller));
  }
  return all;
}

Result<void> load_limits(store::ControlPlane& control, const std::vector<std::shared_ptr<Reseller>>& resellers) {
  std::unordered_map<int64_t, Reseller*> by_id;
  for (const auto& reseller : resellers) by_id[to_value(reseller->id)] = reseller.get();
  const auto answer = control.execute_now({"SELECT reseller_id, name, value FROM reseller_limits", {}});
  if (!answer) return answer.error();
  for (const Row& row : answer->rows) {
    const auto reseller = by_id.find(as_int(row[0]));
    if (reseller == by_id.end()) continue;
    for (const PlanLimitName& limit : plan_limit_names()) {
      if (limit.name == as_text(row[1])) reseller->second->allotted.*limit.member = as_int(row[2]);
    }
  }
  return {};
}

Result<void> load_keys(store::ControlPlane& control, ResellerDirectory& directory) {
  const auto answer =
      control.execute_now({"SELECT reseller_id, id, hash, hint, label, created_ms FROM reseller_keys", {}});
  if (!answer) return answer.error();
  for (const Row& row : answer->rows) {
    directory.keep_key(static_cast<ResellerId>(as_int(row[0])), as_text(row[2]),
                       {as_int(row[1]), as_text(row[3]), as_text(row[4]), as_int(row[5])});
  }
  return {};
}

Result<void> load_standings(store::ControlPlane& control, ResellerDirectory& directory) {
  const auto answer =
      control.execute_now({"SELECT tenant_id, reseller_id, suspended, suspended_by, suspend_reason FROM tenants "
                           "WHERE reseller_id <> 0 OR suspended <> 0",
                           {}});
  if (!answer) return answer.error();
  for (const Row& row : answer->rows) {
    directory.set_standing(
        static_cast<TenantId>(as_int(row[0])),
        {static_cast<ResellerId>(as_int(row[1])), as_int(row[2]) != 0, as_text(row[3]) != "reseller", as_text(row[4])});
  }
  return {};
}

}  // namespace

std::vector<store::Migration> migrations() {
  return {{"reseller/1",
           {"CREATE TABLE resellers(reseller_id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, "
            "title TEXT NOT NULL, logo TEXT NOT NULL, theme TEXT NOT NULL, support TEXT NOT NULL, "
            "panel_host TEXT NOT NULL, mail_sender TEXT NOT NULL, tenants BIGINT NOT NULL, "
            "oversell_percent BIGINT NOT NULL, suspended BIGINT NOT NULL, suspend_reason TEXT NOT NULL, "
            "created_ms BIGINT NOT NULL)",
            // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one statement on two lines
            "CREATE TABLE reseller_limits(reseller_id BIGINT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL, "
            "PRIMARY KEY (reseller_id, name))",
            "CREATE TABLE reseller_keys(reseller_id BIGINT NOT NULL, id BIGINT NOT NULL, hash BYTEA NOT NULL UNIQUE, "
            "hint TEXT NOT NULL, label TEXT NOT NULL, created_ms BIGINT NOT NULL, PRIMARY KEY (reseller_id, id))",
            "ALTER TABLE tenants ADD COLUMN reseller_id BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE tenants ADD COLUMN suspended_by TEXT NOT NULL DEFAULT 'operator'",
            "INSERT INTO sequences(name, next) VALUES ('reseller', 0)"}},
          {"reseller/2",
           {"ALTER TABLE resellers ADD COLUMN sign_up_plan TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE resellers ADD COLUMN sign_up_domain TEXT NOT NULL DEFAULT ''"}}};
}

std::vector<Statement> draw_id() {
  return {draw_number("reseller"), {"SELECT next FROM sequences WHERE name = 'reseller'", {}}};
}

std::vector<Statement> store(const Reseller& reseller) {
  const int64_t id = to_value(reseller.id);
  Statement row{
      "INSERT INTO resellers(reseller_id, name, tenants, oversell_percent, suspended, suspend_reason, created_ms" +
          text_columns() + ") VALUES (?, ?, ?, ?, ?, ?, ?",
      {id, reseller.name, reseller.tenants, reseller.oversell_percent, int64_t{reseller.suspended},
       reseller.suspend_reason, reseller.created_ms}};
  for (const ResellerField& field : reseller_fields()) {
    row.sql += ", ?";
    row.parameters.emplace_back(reseller.*field.member);
  }
  row.sql += ")";
  std::vector<Statement> statements = {{"DELETE FROM reseller_limits WHERE reseller_id = ?", {id}},
                                       {"DELETE FROM resellers WHERE reseller_id = ?", {id}}};
  statements.push_back(std::move(row));
  for (const PlanLimitName& limit : plan_limit_names()) {
    if (reseller.allotted.*limit.member == unlimited) continue;
    statements.push_back({"INSERT INTO reseller_limits(reseller_id, name, value) VALUES (?, ?, ?)",
                          {id, std::string(limit.name), reseller.allotted.*limit.member}});
  }
  return statements;
}

std::vector<Statement> remove(ResellerId reseller) {
  std::vector<Statement> statements;
  for (const char* table : {"reseller_keys", "reseller_limits", "resellers"}) {
    statements.push_back({"DELETE FROM " + std::string(table) + " WHERE reseller_id = ?", {to_value(reseller)}});
  }
  return statements;
}

std::vector<Statement> insert_key(ResellerId reseller, const std::string& hash, const ResellerKeyInfo& info) {
  return {draw_number("key"),
          {"INSERT INTO reseller_keys(reseller_id, id, hash, hint, label, created_ms) "
           "SELECT ?, next, ?, ?, ?, ? FROM sequences WHERE name = 'key'",
           {to_value(reseller), Blob{hash}, info.hint, info.label, info.created_ms}},
          {"SELECT MAX(id) FROM reseller_keys WHERE reseller_id = ?", {to_value(reseller)}}};
}

Statement remove_key(ResellerId reseller, int64_t id) {
  return {"DELETE FROM reseller_keys WHERE reseller_id = ? AND id = ?", {to_value(reseller), id}};
}

Result<void> load(store::ControlPlane& control, ResellerDirectory& directory) {
  const auto resellers = load_resellers(control);
  if (!resellers) return resellers.error();
  if (const auto loaded = load_limits(control, *resellers); !loaded) return loaded;
  for (const auto& reseller : *resellers) directory.keep(reseller);
  if (const auto loaded = load_keys(control, directory); !loaded) return loaded;
  return load_standings(control, directory);
}

}  // namespace teahouse::reseller_rows
