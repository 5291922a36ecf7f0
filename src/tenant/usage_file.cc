// The file: a page with the hour, whose each slot is, whether it was used in this hour, and the slots. The disk's room
// for a slot is taken before somebody counts in it: a page of a mapped file that finds none ends the program. A slot
// that nobody has touched is neither in memory nor read: the marks tell which those are.
#include "tenant/usage_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/log.h"

namespace teahouse {
namespace {

constexpr std::string_view magic = "TEAHUSE1";
constexpr size_t slots_at_once = 1024;

Error fault(const std::string& path, int number) {
  const ErrorKind kind =
      number == ENOSPC || number == EDQUOT ? ErrorKind::storage_full : ErrorKind::internal_server_error;
  return {kind, "The counters of usage can't be kept in " + path + ": " + std::strerror(number) +
                    ". Make room on the disk, or put its rights right."};
}

}  // namespace

struct UsageFile::Layout {
  struct alignas(4096) Head {
    std::array<char, 8> magic;
    std::atomic<int64_t> hour;
  } head;
  std::array<std::atomic<int64_t>, slots_max> owners;  // ids of tenants; 0: nobody's
  std::array<std::atomic<uint8_t>, slots_max> is_used;
  std::array<UsageSlot, slots_max> slots;
};

Result<std::unique_ptr<UsageFile>> UsageFile::open(const std::string& path) {
  constexpr auto bytes = static_cast<off_t>(sizeof(Layout));
  constexpr auto front = static_cast<off_t>(offsetof(Layout, slots));
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return fault(path, errno);
  std::array<char, magic.size()> begin{};
  struct stat found {};
  const bool is_there = fstat(file, &found) == 0 && found.st_size > 0;
  if (is_there && (pread(file, begin.data(), begin.size(), 0) != static_cast<ssize_t>(begin.size()) ||
                   std::string_view(begin.data(), begin.size()) != magic || found.st_size != bytes)) {
    const std::string aside = path + ".damaged";
    log::error("usage", "The counters of this hour are damaged, and begin anew", {{"kept", aside}});
    ::close(file);
    if (std::rename(path.c_str(), aside.c_str()) != 0) return fault(path, errno);
    return open(path);
  }
  int failed = ftruncate(file, bytes) == 0 ? 0 : errno;
  if (failed == 0) failed = posix_fallocate(file, 0, front);
  void* memory = failed == 0 ? mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
  if (memory == MAP_FAILED) {
    const Error error = fault(path, failed != 0 ? failed : errno);
    if (!is_there) std::remove(path.c_str());
    ::close(file);
    return error;
  }
  auto* layout = static_cast<Layout*>(memory);
  std::unique_ptr<UsageFile> usage(new UsageFile(file, layout));  // tidy: allow new: the constructor is private
  std::copy(magic.begin(), magic.end(), layout->head.magic.begin());
  return usage;
}

UsageFile::~UsageFile() {
  munmap(layout_, sizeof(Layout));
  ::close(file_);
}

int64_t UsageFile::hour() const { return layout_->head.hour; }
void UsageFile::set_hour(int64_t hour) { layout_->head.hour = hour; }

Result<void> UsageFile::give_all(const std::unordered_map<TenantId, Meter*>& tenants) {
  const std::lock_guard lock(mutex_);
  free_.clear();
  end_ = 0;
  for (size_t i = 0; i < slots_max; ++i) {
    const int64_t owner = layout_->owners[i];
    if (owner == 0) continue;
    const auto found = tenants.find(static_cast<TenantId>(owner));
    if (found != tenants.end()) {
      found->second->usage.set(layout_->slots[i], layout_->is_used[i]);
      end_ = i + 1;
      continue;
    }
    std::memset(static_cast<void*>(&layout_->slots[i]), 0, sizeof(UsageSlot));
    layout_->is_used[i] = 0;
    layout_->owners[i] = 0;
  }
  for (size_t i = end_; i-- > 0;) {
    if (layout_->owners[i] == 0) free_.push_back(i);
  }
  return make_room(end_);
}

Result<void> UsageFile::make_room(size_t slots) {
  if (slots <= room_) return {};
  const size_t wanted = std::min(slots_max, (slots + slots_at_once - 1) / slots_at_once * slots_at_once);
  const int failed = posix_fallocate(file_, static_cast<off_t>(offsetof(Layout, slots)),
                                     static_cast<off_t>(wanted * sizeof(UsageSlot)));
  if (failed != 0) return fault("the data folder", failed);
  room_ = wanted;
  return {};
}

Result<size_t> UsageFile::find_free() {
  if (!free_.empty()) {
    const size_t place = free_.back();
    free_.pop_back();
    return place;
  }
  if (end_ == slots_max) {
    return Error{ErrorKind::service_unavailable,
                 "Usage is counted of 65536 tenants at most; those of removed ones are free after a restart."};
  }
  if (auto room = make_room(end_ + 1); !room) return room.error();
  return end_++;
}

Result<bool> UsageFile::give(TenantId tenant, Meter& meter) {
  const std::lock_guard lock(mutex_);
  if (meter.usage.slot()) return false;
  const auto id = static_cast<int64_t>(raw(tenant));
  const auto owners = layout_->owners.begin();
  const auto known = std::find_if(owners, owners + static_cast<ptrdiff_t>(end_),
                                  [id](const std::atomic<int64_t>& each) { return each == id; });
  auto place = static_cast<size_t>(known - owners);
  const bool is_new = place == end_;
  if (is_new) {
    const auto free = find_free();
    if (!free) return free.error();
    place = *free;
    layout_->owners[place] = id;
  }
  meter.usage.set(layout_->slots[place], layout_->is_used[place]);
  return is_new;
}

std::vector<UsageFile::Used> UsageFile::used() const {
  const std::lock_guard lock(mutex_);
  std::vector<Used> used;
  for (size_t i = 0; i < end_; ++i) {
    if (layout_->is_used[i] == 0) continue;
    used.push_back({static_cast<TenantId>(layout_->owners[i].load()), &layout_->slots[i], &layout_->is_used[i]});
  }
  return used;
}

bool UsageFile::is_used(const UsageSlot& slot) const {
  return layout_->is_used[static_cast<size_t>(&slot - layout_->slots.data())] != 0;
}

}  // namespace teahouse
