// SharedBytes: a slice of an immutable, reference-counted run of bytes. Copying one costs an atomic increment.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace teahouse {

// Thread: the bytes never change, so slices of them may live on any thread.
class SharedBytes {
 public:
  SharedBytes() = default;
  // Takes the string over; no copy.
  explicit SharedBytes(std::string bytes)
      : owner_(std::make_shared<const std::string>(std::move(bytes))), view_(*owner_) {}

  std::string_view view() const { return view_; }
  size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }

  // The same bytes, narrowed. REQUIRES: part lies inside view().
  SharedBytes slice(std::string_view part) const {
    SharedBytes result;
    result.owner_ = owner_;
    result.view_ = part;
    return result;
  }

 private:
  std::shared_ptr<const std::string> owner_;
  std::string_view view_;
};

}  // namespace teahouse
