#include "net/out_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace teahouse::net {

namespace {
constexpr size_t idle_slots_max = 4;
}

void OutQueue::push(SharedBytes bytes) {
  if (bytes.empty()) return;
  bytes_ += bytes.size();
  slices_.push_back(std::move(bytes));
}

size_t OutQueue::gather(std::span<iovec> vectors, size_t bytes_max) const {
  size_t count = 0;
  size_t offset = offset_;
  for (size_t i = first_; i < slices_.size() && count < vectors.size() && bytes_max > 0; ++i) {
    const std::string_view rest = slices_[i].view().substr(offset);
    const size_t taken = std::min(rest.size(), bytes_max);
    vectors[count++] = {const_cast<char*>(rest.data()), taken};  // iovec serves reading too; nobody writes there
    bytes_max -= taken;
    offset = 0;
  }
  return count;
}

void OutQueue::consume(size_t count) {
  assert(count <= bytes_);
  bytes_ -= count;
  if (bytes_ == 0) return clear();
  while (count > 0) {
    const size_t rest = slices_[first_].size() - offset_;
    if (count < rest) {
      offset_ += count;
      break;
    }
    count -= rest;
    offset_ = 0;
    slices_[first_++] = SharedBytes();
  }
  if (first_ > 64 && first_ * 2 > slices_.size()) {  // a queue that never empties must not keep its past
    slices_.erase(slices_.begin(), slices_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void OutQueue::clear() {
  slices_.clear();
  if (slices_.capacity() > idle_slots_max) std::vector<SharedBytes>().swap(slices_);
  first_ = offset_ = bytes_ = 0;
}

}  // namespace teahouse::net
