// MemoryReturn: gives the system back the memory of clients that are gone. The allocator keeps freed memory for the
// next to ask; after a crowd, or an attack, that would be for ever.
//
// Owns: a thread, since it takes a tenth of a second for some hundred MiB. Thread: ask() any.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace teahouse {

class MemoryReturn {
 public:
  // One connection that ends is enough: it does not know how much its client made others allocate.
  static constexpr size_t worth_bytes = 4096;

  MemoryReturn();
  ~MemoryReturn();
  // Some memory was freed, or is about to be: it is given back in a moment, but not more often than every ten
  // seconds, nor for more than a two-hundredth of the time: loops that free memory meanwhile wait for it.
  void ask();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false, stops_ = false;
  std::thread thread_;
};

}  // namespace teahouse
