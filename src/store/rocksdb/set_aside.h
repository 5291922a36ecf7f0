// How rot is set aside, in this order, of which any step may be the last: what is damaged is copied to lost/ (keep), it
// is noted and committed what it may have held (the caller's part) and readers know of it, and only then is it replaced
// by a blank of the same size (blank), so that everything else of the table and RocksDB's own list of tables stays as
// it is. From then on RocksDB finds nothing wrong, and compacts, trims and wipes what the rot does not concern.
//
// Rotten rows may have been removals, or later values of what older tables hold. Those are seen again when the damage
// is given up, and not before.
#pragma once

#include <string>

#include "base/result.h"
#include "store/rocksdb/damage.h"
#include "store/rocksdb/table_disk.h"

namespace teahouse::store::rocks {

// Of a table's rotten parts those that held rows; neighbours are one.
Damages::List damages_of(const std::string& table, const TableCheck& check, rocksdb::DB& db);
Result<void> keep(const TableDisk& disk, const std::string& directory, const Damages::List& damages);
Result<void> blank(const TableDisk& disk, const std::string& table, const TableCheck& check);
void say(const Damages::List& damages, const std::string& directory, const TenantNames& names);

std::string kept_path(const std::string& directory, const Damage& damage);

}  // namespace teahouse::store::rocks
