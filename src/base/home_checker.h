// HomeChecker: a member that asserts that its object is only used on the thread that it lives on. Free in release
// builds.
#pragma once

#include <cassert>
#include <thread>

namespace teahouse {

class HomeChecker {
 public:
#if TEAHOUSE_CHECKED
  // Binds to the first thread that asks.
  void check() const {
    if (home_ == std::thread::id{}) home_ = std::this_thread::get_id();
    assert(home_ == std::this_thread::get_id() && "used away from its home loop");
  }
  // The object moves: the next check binds anew.
  void release() { home_ = {}; }

 private:
  mutable std::thread::id home_;
#else
  void check() const {}
  void release() {}
#endif
};

}  // namespace teahouse
