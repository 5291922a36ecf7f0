// TableDisk: a table as a file: read in parts, and a block of it copied aside and replaced.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "store/rocksdb/table_check.h"

namespace teahouse::store::rocks {

// Thread: one. Errors: internal_server_error with the file and what the disk said.
class TableDisk {
 public:
  explicit TableDisk(std::string path) : path_(std::move(path)) {}
  ~TableDisk();
  TableDisk(const TableDisk&) = delete;
  TableDisk& operator=(const TableDisk&) = delete;

  // False, and no error, where there is none: a table goes when its rows have gone into others.
  Result<bool> open();
  // `pace` is told of all bytes before they are read.
  TableCheck check(const KeyRange& keys, const std::function<void(size_t bytes)>& pace) const;
  // What the machine remembers of the file is forgotten, so that the next check reads the disk.
  void forget() const;

  // Copies what can be read of the block to this path, and waits until it is on disk. One that is there stays.
  Result<void> keep(const Block& block, const std::string& path) const;
  Result<void> blank(const Rot& rot) const;  // puts make_blank() in its place
  uint64_t bytes() const { return bytes_; }

 private:
  Error failed(const std::string& what) const;

  const std::string path_;
  int file_ = -1;
  uint64_t bytes_ = 0;
};

}  // namespace teahouse::store::rocks
