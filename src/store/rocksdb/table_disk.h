// TableDisk: a table as a file: read in parts, and a block of it copied aside and replaced.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

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
  // Drops the pages of the file that the kernel holds, so that the next check reads the disk.
  void forget() const;

  // Copies the block to this path, and waits until it is on disk. A copy that is there stays. Errors: also where not
  // all of it can be read.
  Result<void> keep(const Block& block, const std::string& path) const;

  // Whether there is a blank (make_blank) for each, and whether the file has no other name, by which a backup would get
  // the blanks too.
  Result<void> check_blanks(const std::vector<Rot>& rots) const;
  Result<void> check_names() const;
  // Puts blanks in the places of these. REQUIRES: check_blanks. Errors: check_names.
  Result<void> blank(const std::vector<Rot>& rots) const;
  // The same by a new file of the old one's name, which is written as `draft` before: a database that has the table
  // open sees the old one.
  Result<void> replace(const std::vector<Rot>& rots, const std::string& draft) const;
  uint64_t bytes() const { return bytes_; }

 private:
  Error failed(const std::string& what) const;
  Result<void> copy(const Block& block, int to, const std::string& path) const;
  static Result<void> write_blanks(const std::vector<Rot>& rots, int to, const std::string& path);

  const std::string path_;
  int file_ = -1;
  uint64_t bytes_ = 0;
};

}  // namespace teahouse::store::rocks
