// Fifo: a queue that costs nothing while it is empty: no chunk, no map, a vector's three words and an index. There are
// several in each session, and most sessions are idle.
//
// Thread: its owner's.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace teahouse {

template <class T>
class Fifo {
 public:
  bool empty() const { return first_ == items_.size(); }
  size_t size() const { return items_.size() - first_; }
  T& front() { return items_[first_]; }
  T& operator[](size_t place) { return items_[first_ + place]; }
  auto begin() const { return items_.begin() + static_cast<std::ptrdiff_t>(first_); }
  auto end() const { return items_.end(); }
  auto begin() { return items_.begin() + static_cast<std::ptrdiff_t>(first_); }
  auto end() { return items_.end(); }

  void push_back(T item) { items_.push_back(std::move(item)); }
  void pop_front() { pop_front(1); }
  // REQUIRES: count <= size().
  void pop_front(size_t count) {
    for (; count > 0; --count) items_[first_++] = T();
    if (empty()) {
      clear();
    } else if (first_ > compact_from && first_ * 2 > items_.size()) {  // one that never empties must not keep its past
      items_.erase(items_.begin(), begin());
      first_ = 0;
    }
  }
  void clear() {
    if (items_.capacity() > kept_items) {
      std::vector<T>().swap(items_);
    } else {
      items_.clear();
    }
    first_ = 0;
  }

 private:
  static constexpr size_t compact_from = 64;
  static constexpr size_t kept_items = 4;  // slots that an empty one keeps

  std::vector<T> items_;
  size_t first_ = 0;
};

}  // namespace teahouse
