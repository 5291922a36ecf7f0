// The memtable of the data plane: rows of one owner lie in one run, so that the next one goes to its end without a
// search. A general one (RocksDB's skip list) spends half of a stored message on finding two places among all tenants'
// rows; docs/decisions/0007.
#pragma once

#include <memory>

namespace rocksdb {
class MemTableRepFactory;
}

namespace teahouse::store::rocks {

// For rocksdb::Options::memtable_factory. Its tables are written by one thread at a time (as RocksDB does where
// concurrent inserts are not supported) and read by any meanwhile.
// Limits: what a table holds is counted in its ApproximateMemoryUsage(), on which RocksDB seals it.
std::shared_ptr<rocksdb::MemTableRepFactory> make_memtable_factory();

}  // namespace teahouse::store::rocks
