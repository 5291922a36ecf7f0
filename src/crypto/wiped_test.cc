// No freed memory has a private number: each block that is freed while a test watches is looked through, OpenSSL's too.
#include "crypto/wiped.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "crypto/p256.h"

namespace {

constexpr size_t number_bytes = 32;
// As it is written, and as the words of a machine that begins with the lowest byte have it. No block of the heap has it
// but those that are looked for.
constexpr char number[] = "a private number that is watched";
static_assert(sizeof(number) == number_bytes + 1);
std::atomic<bool> is_watching = false;
std::atomic<size_t> told = 0;

void look(const void* block) {
  if (!block || !is_watching) return;
  const size_t size = malloc_usable_size(const_cast<void*>(block));
  char backwards[number_bytes];
  std::reverse_copy(number, number + number_bytes, backwards);
  if (memmem(block, size, number, number_bytes) || memmem(block, size, backwards, number_bytes)) ++told;
}

void* take(size_t size, const char*, int) { return malloc(size); }
void give_back(void* block, const char*, int) {
  look(block);
  free(block);
}
void* take_more(void* block, size_t size, const char*, int) {
  void* more = malloc(size);
  if (!block || !more) return more;
  memcpy(more, block, std::min(size, malloc_usable_size(block)));
  give_back(block, nullptr, 0);
  return more;
}
const bool is_looked_through = CRYPTO_set_mem_functions(take, take_more, give_back) == 1;  // before OpenSSL takes any

// Watch: how many freed blocks told the number while it lived.
struct Watch {
  Watch() {
    told = 0;
    is_watching = true;
  }
  ~Watch() { is_watching = false; }
  static size_t found() { return told; }
};

}  // namespace

void* operator new(size_t size) {
  void* block = malloc(size);
  if (!block) throw std::bad_alloc();
  return block;
}
void operator delete(void* block) noexcept { give_back(block, nullptr, 0); }
void operator delete(void* block, size_t) noexcept { give_back(block, nullptr, 0); }

namespace teahouse::crypto::wiped_test {
namespace {

TEST(Wiped, TheWatchSeesWhatIsNotWiped) {
  ASSERT_TRUE(is_looked_through);
  const Watch watch;
  { const std::string careless(number, number_bytes); }
  EXPECT_EQ(Watch::found(), 1U);
}

TEST(Wiped, ItsBytesAreOverwritten) {
  const Watch watch;
  {
    const Wiped careful(std::string(number, number_bytes));
    EXPECT_EQ(careful.bytes().size(), number_bytes);
  }
  EXPECT_EQ(Watch::found(), 0U);
}

// As a key by which a tenant signs is used. To agree is another matter: OpenSSL 3.0.19 frees its copy of the number
// (ecp_nistz256_windowed_mul) as it is; only keys that live for one push do that.
TEST(Wiped, AKeyThatSignsLeavesNoNumberBehind) {
  const Watch watch;
  {
    const auto key = P256Key::parse(std::string_view(number, number_bytes));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->sign("words").size(), es256_bytes);
    const Wiped again(key->number());
    EXPECT_EQ(again.bytes(), std::string_view(number, number_bytes));
  }
  EXPECT_EQ(Watch::found(), 0U);
}

}  // namespace
}  // namespace teahouse::crypto::wiped_test
