// TenantRow: one row of any store as a line of text, for export and import between engines and machines.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/data_engine.h"

namespace teahouse::store {

// `kind` is one of the three that store something; the fields are as in Write.
struct TenantRow {
  WriteKind kind = WriteKind::store_value;
  std::string store, key, entry, value;
  ArchiveId id = ArchiveId::none;
  int64_t at_ms = -1;
};

std::string to_line(const TenantRow& row);
Result<TenantRow> parse_tenant_row(std::string_view line);

}  // namespace teahouse::store
