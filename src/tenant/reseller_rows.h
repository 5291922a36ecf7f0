// Resellers as rows of the control plane: the SQL of resellers.cc.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/control_plane.h"
#include "tenant/reseller_directory.h"

namespace teahouse::reseller_rows {

std::vector<store::Migration> migrations();
std::vector<store::Statement> draw_id();  // the last answers with it
// Writes all of it, new or changed.
std::vector<store::Statement> store(const Reseller& reseller);
// With its keys; its plans are the caller's affair.
std::vector<store::Statement> remove(ResellerId reseller);
// The last answers with the key's number.
std::vector<store::Statement> insert_key(ResellerId reseller, const std::string& hash, const ResellerKeyInfo& info);
store::Statement remove_key(ResellerId reseller, int64_t id);  // `changes` is 1 where it was there
// The resellers, their keys and the standing of all tenants. Thread: before any loop runs.
Result<void> load(store::ControlPlane& control, ResellerDirectory& directory);

}  // namespace teahouse::reseller_rows
