// TableCheck: reads a table of RocksDB's (*.sst) through, and says which of its blocks are rotten and which keys they
// held. RocksDB itself stops at the first, and tells no keys.
//
// Spec: RocksDB's wiki, "Rocksdb BlockBasedTable Format", of format_version 5 with XXH3 (options.cc).
// Thread: one. Limits: holds the index and one block; a block that says it unpacks to more than 64 MiB is unknown.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/rocksdb/key.h"

namespace teahouse::store::rocks {

struct Block {
  uint64_t offset = 0, bytes = 0;  // without the five bytes of type and checksum that follow
};

struct Rot {
  enum class Part { data, filter, index, whole };  // whole: what leads to all else, so that nothing of it can be read
  Part part;
  Block block;
  KeyRange keys;  // what it may have held; empty for a filter, which holds nothing
};

// A part of which nobody knows whether it is whole: never to be replaced.
struct Unclear {
  enum class Why { unreadable, unknown };  // the disk gives no bytes; or they are of a format of a later Teahouse
  Why why;
  Rot::Part part;
  Block block;
};

struct TableCheck {
  std::vector<Rot> rots;  // parts that were read and are not what was written: their checksums are wrong
  std::vector<Unclear> unclear;
  uint64_t file_bytes = 0;
  uint64_t lost_entries = 0;  // that rotten blocks held, at most: rows, and removals of rows

  bool whole() const { return rots.empty() && unclear.empty(); }
};

// Reads so many bytes from a place of the file into the string; false where the disk gives none, or fewer.
using ReadBytes = std::function<bool(uint64_t offset, size_t bytes, std::string* into)>;

// `keys` is the table's whole range.
TableCheck check_table(const ReadBytes& read, uint64_t file_bytes, const KeyRange& keys);

// A whole block (or table) of the same size, to be put in the rotten one's place, that holds nothing: a data block has
// one note of a removal, of a key that nobody uses; a filter lets everything pass. With type and checksum. Empty where
// there is no room for one.
std::string make_blank(const Rot& rot);

}  // namespace teahouse::store::rocks
