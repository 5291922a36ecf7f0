#include "tenant/event_outbox.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "events/event_log.h"
#include "events/event_row.h"

namespace teahouse::event_outbox {
namespace {

using store::as_int;
using store::as_text;
using store::Statement;

// Rows that are drained at a time: so many of the newest in a log can be in the outbox still.
constexpr size_t batch_rows = 100;
using Numbers = std::set<std::pair<int64_t, int64_t>>;  // outbox_number and at_ms: a restored house may draw one again

// Of the events that last came to the log by the outbox.
Task<Result<Numbers>> load_drained(Executor& home, store::ArchiveStore log) {
  store::ArchiveQuery query;
  query.with = std::string(EventLog::by_outbox);
  query.backwards = true;
  query.counted = false;
  query.rows_max = batch_rows;
  const auto page = co_await log.page(home, std::string(EventLog::owner), std::move(query));
  if (!page) co_return page.error();
  Numbers numbers;
  for (const store::ArchiveRow& row : page->rows) {
    if (const auto event = parse_event(row.bytes)) numbers.emplace(event->outbox_number, event->at_ms);
  }
  co_return numbers;
}

Statement select_batch(int64_t after) {
  return {"SELECT number, tenant_id, event FROM event_outbox WHERE number > ? ORDER BY number LIMIT ?",
          {after, static_cast<int64_t>(batch_rows)}};
}

// Appends the batch; the numbers of what is in the logs now.
Task<Result<std::vector<int64_t>>> append(Executor& home, store::DataPlane& data, FindTenant find_tenant,
                                          std::vector<store::Row> rows) {
  std::map<TenantId, Numbers> drained;
  std::vector<int64_t> numbers;
  for (const store::Row& row : rows) {
    const auto id = static_cast<TenantId>(as_int(row[1]));
    const TenantPtr tenant = find_tenant(id);
    if (!tenant || tenant->being_removed) continue;
    if (!drained.contains(id)) {
      auto known = co_await load_drained(home, data.archive(id, EventLog::store_name));
      if (!known) co_return known.error();
      drained.emplace(id, std::move(*known));
    }
    auto event = parse_event(as_text(row[2]));
    if (event) {
      event->outbox_number = as_int(row[0]);
      if (!drained[id].contains({event->outbox_number, event->at_ms})) tenant->event_log->append(data, id, *event);
    }
    numbers.push_back(as_int(row[0]));
  }
  auto on_disk = co_await data.wait(home, data.appended());
  if (!on_disk) co_return on_disk.error();
  co_return numbers;
}

}  // namespace

std::vector<store::Migration> migrations() {
  return {{"events/outbox",
           {"CREATE TABLE event_outbox(number BIGINT NOT NULL PRIMARY KEY, tenant_id BIGINT NOT NULL, "
            "event BYTEA NOT NULL)",
            "INSERT INTO sequences(name, next) VALUES ('event_outbox', 0)"}}};
}

std::vector<TenantTable> tables() { return {{"event_outbox", {}}}; }

std::vector<Statement> put(TenantId tenant, const Event& event, const Statement& is_done) {
  Statement insert{
      "INSERT INTO event_outbox(number, tenant_id, event) SELECT next, ?, ? FROM sequences "
      "WHERE name = 'event_outbox' AND EXISTS (" +
          is_done.sql + ")",
      {to_value(tenant), store::Blob{write_event(event)}}};
  insert.parameters.insert(insert.parameters.end(), is_done.parameters.begin(), is_done.parameters.end());
  return {draw_number("event_outbox"), std::move(insert)};
}

Task<Result<void>> drain(Executor& home, store::ControlPlane& control, store::DataPlane& data, FindTenant find_tenant) {
  int64_t last = 0;
  while (true) {
    auto select = select_batch(last);
    auto batch = co_await control.execute(home, std::move(select));
    if (!batch) co_return batch.error();
    if (batch->rows.empty()) co_return Result<void>();
    last = as_int(batch->rows.back()[0]);
    const auto numbers = co_await append(home, data, find_tenant, std::move(batch->rows));
    if (!numbers) co_return numbers.error();
    std::vector<Statement> removals;
    for (const int64_t number : *numbers) {
      removals.push_back({"DELETE FROM event_outbox WHERE number = ?", {number}});
    }
    if (removals.empty()) continue;
    const auto removed = co_await control.transact(home, std::move(removals));
    if (!removed) co_return removed.error();
  }
}

}  // namespace teahouse::event_outbox
