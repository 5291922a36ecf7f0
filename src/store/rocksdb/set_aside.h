// How rot is set aside, in this order, of which any step may be the last: what is damaged is copied to lost/ (keep), it
// is noted and committed what it may have held (the caller's part) and readers know of it, and only then is it replaced
// by a blank of the same size (blank; set_aside_alone does all), so that everything else of the table and RocksDB's own
// list of tables stays as it is. From then on RocksDB finds nothing wrong, and compacts, trims and wipes what the rot
// does not concern.
//
// Rotten rows may have been removals, or later values of what older tables hold. Those are seen again when the damage
// is given up, and not before.
#pragma once

#include <string>

#include "base/result.h"
#include "store/rocksdb/damage.h"
#include "store/rocksdb/table_disk.h"

namespace teahouse::store::rocks {

// The rotten parts of a table that held rows; neighbours are one. Where an index is rotten, or what leads to it, no
// row can be found by the table any more: the block is then the whole file, since its data blocks are still good.
Damages::List damages_of(const std::string& table, const TableCheck& check, rocksdb::DB& db);
Result<void> keep(const TableDisk& disk, const std::string& directory, const Damages::List& damages);
// The damages without those of which there is a note: a blank may have failed behind it.
Damages::List without_noted(Damages::List damages, const Damages::List& noted);
Result<void> blank(const TableDisk& disk, const std::string& table, const TableCheck& check);
// Does all three steps, in a database that nobody reads; gives the damages that are new.
Result<Damages::List> set_aside_alone(rocksdb::DB& db, const TableDisk& disk, const std::string& table,
                                      const TableCheck& check);
void say(const Damages::List& damages, const std::string& directory, const TenantNames& names);
std::string to_text(const Unclear& unclear);

std::string kept_path(const std::string& directory, const Damage& damage);

// A table that can't be set aside while the database runs is marked by an empty file in lost/ for the next start.
void mark_for_start(const std::string& directory, const std::string& table);
void unmark(const std::string& directory, const std::string& table);
bool is_marked(const std::string& directory, const std::string& table);
bool has_marks(const std::string& directory);
void remove_marks(const std::string& directory);
// Whether the whole of a table that is there was replaced, so that it does not prove any more that it is that table.
bool has_replaced_tables(const std::string& directory);

}  // namespace teahouse::store::rocks
