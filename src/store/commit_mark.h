// CommitMark: how far a plane has committed, in a small file beside it, so that the next start can tell that commits
// which were there are there no more.
//
// A log proves what it holds, but not what it held: cut off, emptied, deleted or put back from yesterday it looks
// whole. The mark is written after each commit and never synced, since a mark that a power cut has set back only knows
// less; it never says more than was on disk. A mark that is missing, empty or damaged says nothing.
//
// Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace teahouse::store {

class CommitMark {
 public:
  CommitMark() = default;  // notes nothing
  // The file is made by the first note(). A mark that can't be written is done without.
  explicit CommitMark(std::string path) : path_(std::move(path)) {}
  ~CommitMark();
  CommitMark(const CommitMark&) = delete;
  CommitMark& operator=(const CommitMark&) = delete;

  std::optional<uint64_t> read() const;
  void note(uint64_t committed);

 private:
  std::string path_;
  int file_ = -1;
};

}  // namespace teahouse::store
