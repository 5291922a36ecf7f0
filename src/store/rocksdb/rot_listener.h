// RotListener: keeps RocksDB writing when a compaction meets rot. On its own it would take no write any more, of
// anybody, until it is opened again, and then again.
#pragma once

#include <rocksdb/listener.h>

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace teahouse::store::rocks {

// Whether it says that a table can't be read.
bool is_rot(const rocksdb::Status& status);

// Thread: any.
class RotListener final : public rocksdb::EventListener {
 public:
  using Tell = std::function<void(const rocksdb::Status&)>;

  // Names the function that is told of rot, also of rot that was met before this. An empty one is told nothing more.
  void tell(Tell tell);
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;

 private:
  std::mutex mutex_;
  Tell tell_;
  std::vector<rocksdb::Status> met_;  // before anybody listens
};

}  // namespace teahouse::store::rocks
