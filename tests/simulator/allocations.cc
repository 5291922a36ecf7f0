// Stands in for the global operators new and delete of this program. The nothrow and array forms of the library call
// these.
#include "tests/simulator/allocations.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int64_t> living = 0;

// Not added at once: all but the making of a town is on one thread.
void count(int64_t more) noexcept {
  living.store(living.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

void* allocate(size_t bytes, size_t alignment) {
  void* made = alignment <= alignof(std::max_align_t)
                   ? std::malloc(bytes == 0 ? 1 : bytes)
                   : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!made) std::abort();
  count(1);
  return made;
}

void release(void* memory) noexcept {
  if (!memory) return;
  count(-1);
  std::free(memory);
}

}  // namespace

void* operator new(size_t bytes) { return allocate(bytes, 1); }
void* operator new(size_t bytes, std::align_val_t alignment) { return allocate(bytes, static_cast<size_t>(alignment)); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { release(memory); }

namespace teahouse::simulator {

int64_t count_allocations() { return living.load(std::memory_order_relaxed); }

}  // namespace teahouse::simulator
