// Orders as rows of the control plane, and the switch: the SQL of sign_ups.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/control_plane.h"
#include "tenant/reseller.h"
#include "tenant/tables.h"

namespace teahouse::sign_up {

struct Order {
  std::string email, title, label;
  std::string page;  // the origin of the pages that will have the chat; empty: not known yet
  ResellerId reseller = ResellerId::none;
  int64_t made_ms = 0;
  int64_t person = 0;                  // 0: it waits for its proof
  TenantId tenant = TenantId::server;  // the one that was made of it
};

}  // namespace teahouse::sign_up

namespace teahouse::sign_up::order_rows {

std::vector<store::Migration> migrations();
std::vector<TenantTable> tables();
store::Statement insert(const std::string& hash, const Order& order);
store::Statement select(const std::string& hash);
Order read(const store::Row& row);  // of select()
store::Statement finish(const std::string& hash, int64_t person, TenantId tenant);
store::Statement remove_before(int64_t made_ms);
store::Statement count();  // that wait
store::Statement set_switch(bool is_on);
store::Statement select_switch();

}  // namespace teahouse::sign_up::order_rows
