// The rows of API keys and signing secrets: each has a number, which no other ever has, and a secret that is
// seen once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/control_plane.h"
#include "tenant/tenant.h"

namespace teahouse {

inline constexpr size_t key_label_characters_max = 100;
inline constexpr size_t shown_key_bytes_max = 128;  // of what a stranger shows us as a key

struct MadeKey {
  int64_t id = 0;
  std::string secret;  // the only time that it is seen
};

namespace key_rows {

using Columns = std::vector<std::pair<std::string, store::Value>>;

// Puts a row with the next number into the table, where the tenant is; both are to run in this order.
std::vector<store::Statement> insert(const std::string& table, TenantId tenant, const Columns& columns);
store::Statement select_newest(const std::string& table, TenantId tenant);
// The number in the answer of select_newest. Errors: item_not_found when there is no such tenant.
Result<int64_t> read_newest(const Result<store::Answer>& answer);

}  // namespace key_rows
}  // namespace teahouse
