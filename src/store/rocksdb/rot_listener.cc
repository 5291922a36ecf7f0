#include "store/rocksdb/rot_listener.h"

#include <utility>

namespace teahouse::store::rocks {

bool is_rot(const rocksdb::Status& status) {
  if (status.IsCorruption()) return true;
  const std::string text = status.IsIOError() ? status.ToString() : std::string();
  return text.find("pread") != std::string::npos && text.find(".sst") != std::string::npos;
}

void RotListener::tell(Tell tell) {
  const std::lock_guard lock(mutex_);
  tell_ = std::move(tell);
  if (!tell_) return;
  for (const rocksdb::Status& status : std::exchange(met_, {})) tell_(status);
}

void RotListener::OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) {
  if (reason != rocksdb::BackgroundErrorReason::kCompaction || !is_rot(*status)) return;
  const std::lock_guard lock(mutex_);
  if (tell_) {
    tell_(*status);
  } else if (met_.empty()) {
    met_.push_back(*status);
  }
  *status = rocksdb::Status::OK();  // RocksDB tries again in a second
}

}  // namespace teahouse::store::rocks
