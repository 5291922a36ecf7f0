// OutQueue: the slices that a connection has yet to write, in order.
//
// Owns: references to shared bytes; it copies none. Empty, it holds at most a few slots.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <vector>

#include "base/shared_bytes.h"

namespace teahouse::net {

class OutQueue {
 public:
  void push(SharedBytes bytes);
  bool empty() const { return bytes_ == 0; }
  size_t bytes() const { return bytes_; }
  // The memory it keeps: its bytes, and what each slice costs beside them.
  size_t held_bytes() const { return bytes_ + (slices_.size() - first_) * slice_cost_bytes; }

  // Points `vectors` at the first slices, at most `bytes_max` bytes; says how many vectors it filled.
  size_t gather(std::span<iovec> vectors, size_t bytes_max) const;
  // Forgets the first bytes: they are written. REQUIRES: count <= bytes().
  void consume(size_t count);
  void clear();

 private:
  static constexpr size_t slice_cost_bytes = 192;  // its place, its owner's count and string, what malloc rounds up

  std::vector<SharedBytes> slices_;
  size_t first_ = 0;   // slices before it are written
  size_t offset_ = 0;  // so is this much of slices_[first_]
  size_t bytes_ = 0;
};

}  // namespace teahouse::net
