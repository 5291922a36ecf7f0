#include "sign_up/order_rows.h"

namespace teahouse::sign_up::order_rows {

using store::as_int;
using store::as_text;
using store::Blob;
using store::Statement;

std::vector<store::Migration> migrations() {
  return {{"sign_up/1",
           {"CREATE TABLE sign_up_orders(hash BYTEA NOT NULL PRIMARY KEY, email TEXT NOT NULL, title TEXT NOT NULL, "
            "label TEXT NOT NULL, page TEXT NOT NULL, reseller_id BIGINT NOT NULL, made_ms BIGINT NOT NULL, "
            "person_id BIGINT NOT NULL, tenant_id BIGINT NOT NULL)",
            "CREATE INDEX sign_up_orders_by_time ON sign_up_orders(made_ms)",
            "CREATE TABLE sign_up_switch(number BIGINT NOT NULL PRIMARY KEY, is_on BIGINT NOT NULL)",
            "INSERT INTO sign_up_switch(number, is_on) VALUES (0, 1)"}}};
}

std::vector<TenantTable> tables() { return {{"sign_up_orders", {}}}; }

Statement insert(const std::string& hash, const Order& order) {
  return {
      "INSERT INTO sign_up_orders(hash, email, title, label, page, reseller_id, made_ms, person_id, tenant_id) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)",
      {Blob{hash}, order.email, order.title, order.label, order.page, static_cast<int64_t>(raw(order.reseller)),
       order.made_ms}};
}

Statement select(const std::string& hash) {
  return {
      "SELECT email, title, label, page, reseller_id, made_ms, person_id, tenant_id FROM sign_up_orders "
      "WHERE hash = ?",
      {Blob{hash}}};
}

Order read(const store::Row& row) {
  Order order;
  order.email = as_text(row[0]);
  order.title = as_text(row[1]);
  order.label = as_text(row[2]);
  order.page = as_text(row[3]);
  order.reseller = static_cast<ResellerId>(as_int(row[4]));
  order.made_ms = as_int(row[5]);
  order.person = as_int(row[6]);
  order.tenant = static_cast<TenantId>(as_int(row[7]));
  return order;
}

Statement finish(const std::string& hash, int64_t person, TenantId tenant) {
  return {"UPDATE sign_up_orders SET person_id = ?, tenant_id = ? WHERE hash = ?",
          {person, to_value(tenant), Blob{hash}}};
}

Statement remove_before(int64_t made_ms) { return {"DELETE FROM sign_up_orders WHERE made_ms < ?", {made_ms}}; }

Statement count() { return {"SELECT COUNT(*) FROM sign_up_orders WHERE person_id = 0", {}}; }

Statement set_switch(bool is_on) { return {"UPDATE sign_up_switch SET is_on = ?", {int64_t{is_on}}}; }

Statement select_switch() { return {"SELECT is_on FROM sign_up_switch", {}}; }

}  // namespace teahouse::sign_up::order_rows
