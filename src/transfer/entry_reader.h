// EntryReader: the entries of a tar archive, one after the other, out of pieces that come by and by.
//
// Thread: that of its tasks, one at a time. Lifetime: it outlives its tasks.
// Limits: it holds one piece, one head, and what read_all() is asked for.
// Errors: bad_request for what is no such archive, or is cut short; those of the pieces.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/task.h"
#include "transfer/tar.h"

namespace teahouse::transfer {

// The next bytes, as many as there are; empty: the end.
using Pieces = std::function<Task<Result<std::string>>()>;

class EntryReader {
 public:
  explicit EntryReader(Pieces pieces) : pieces_(std::move(pieces)) {}
  EntryReader(const EntryReader&) = delete;

  // The next file; what is left of the one before is passed over. None: the archive's end.
  Task<Result<std::optional<TarHead>>> next();
  // The next bytes of the file, at most so many; empty: its end.
  Task<Result<std::string>> read(size_t bytes_max);
  // All of the file. Errors: bad_request where it is larger.
  Task<Result<std::string>> read_all(uint64_t bytes_max);

 private:
  Task<Result<void>> fill();  // has bytes, or there are no more
  Task<Result<std::string>> take(size_t bytes);
  Task<Result<void>> pass(uint64_t bytes);

  const Pieces pieces_;
  std::string piece_;
  size_t given_ = 0;  // of the piece
  bool ended_ = false;
  TarHead head_;
  uint64_t left_ = 0;  // of the file's bytes
};

}  // namespace teahouse::transfer
