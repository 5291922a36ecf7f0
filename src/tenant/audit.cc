#include "tenant/audit.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "events/event_log.h"
#include "tenant/event_outbox.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::Statement;

constexpr size_t lines_kept = 10'000;
constexpr size_t lines_listed_max = 1000;
constexpr size_t detail_bytes_max = 1000;

std::string cut_detail(std::string_view text) { return std::string(cut(text, detail_bytes_max)); }

Statement insert_line(const AuditLine& line, int64_t now_ms) {
  const auto id = to_value(line.tenant);
  Statement insert{
      "INSERT INTO audit(tenant_id, id, at_ms, actor, action, detail) "
      "SELECT ?, next, ?, ?, ?, ? FROM sequences WHERE name = 'audit'",
      {id, now_ms, cut_detail(line.actor), cut_detail(line.action), cut_detail(line.detail)}};
  if (line.tenant != TenantId::server) {
    insert.sql += " AND EXISTS (SELECT 1 FROM tenants WHERE tenant_id = ?)";
    insert.parameters.emplace_back(id);
  }
  return insert;
}

Statement trim(TenantId tenant) {
  const auto id = to_value(tenant);
  return {
      "DELETE FROM audit WHERE tenant_id = ? AND id < "
      "(SELECT id FROM audit WHERE tenant_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
      {id, id, static_cast<int64_t>(lines_kept - 1)}};
}

}  // namespace

std::vector<store::Migration> Audit::migrations() {
  return {{"audit/1",
           {"CREATE TABLE audit(tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, at_ms BIGINT NOT NULL, "
            "actor TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (tenant_id, id))",
            "INSERT INTO sequences(name, next) VALUES ('audit', 0)"}}};
}

std::vector<Statement> Audit::insert(const AuditLine& line) const {
  const int64_t now_ms = clock_.wall_ms();
  std::vector<Statement> statements = {draw_number("audit"), trim(line.tenant), insert_line(line, now_ms)};
  if (!line.is_event) return statements;
  const Event event{now_ms, AuditRecorded{cut_detail(line.actor), cut_detail(line.action), cut_detail(line.detail)}};
  auto put =
      event_outbox::put(line.tenant, event, {"SELECT 1 FROM tenants WHERE tenant_id = ?", {to_value(line.tenant)}});
  statements.insert(statements.end(), std::make_move_iterator(put.begin()), std::make_move_iterator(put.end()));
  return statements;
}

Task<Result<void>> Audit::record(Executor& home, AuditLine line) {
  auto statements = insert(line);
  auto answer = co_await control_.transact(home, std::move(statements));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return no_such_tenant();
  co_return Result<void>();
}

Task<void> Audit::note(Executor& home, TenantPtr tenant, std::string actor, std::string action, std::string detail) {
  AuditLine line;
  line.tenant = tenant ? tenant->id : TenantId::server;
  line.actor = std::move(actor);
  line.action = std::move(action);
  line.detail = std::move(detail);
  line.is_event = tenant && tenant->events.has(EventKind::audit);
  const auto recorded = co_await record(home, line);
  if (recorded && line.is_event) tenant->event_log->drain_soon();
  if (!recorded) {
    log::error("audit", "An audit line could not be written",
               {{"action", line.action}, {"why", recorded.error().text}});
  }
}

Task<Result<std::vector<AuditLine>>> Audit::list(Executor& home, TenantId tenant, size_t limit) const {
  Statement select{"SELECT id, at_ms, actor, action, detail FROM audit WHERE tenant_id = ? ORDER BY id DESC LIMIT ?",
                   {to_value(tenant), static_cast<int64_t>(std::min(limit, lines_listed_max))}};
  auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  std::vector<AuditLine> lines;
  for (const store::Row& row : answer->rows) {
    AuditLine line;
    line.id = as_int(row[0]);
    line.at_ms = as_int(row[1]);
    line.tenant = tenant;
    line.actor = as_text(row[2]);
    line.action = as_text(row[3]);
    line.detail = as_text(row[4]);
    lines.push_back(std::move(line));
  }
  co_return lines;
}

}  // namespace teahouse
