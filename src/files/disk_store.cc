#include "files/disk_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "crypto/encoding.h"
#include "crypto/hasher.h"
#include "http/file_source.h"
#include "store/disk_health.h"
#include "store/workers.h"

namespace teahouse {
namespace {

namespace fs = std::filesystem;

constexpr size_t threads = 4;

Error failed(std::string_view what, const std::string& path, int reason) {
  if (reason == ENOSPC || reason == EDQUOT) return store::DiskHealth::full();
  return {ErrorKind::internal_server_error,
          path + " can't be " + std::string(what) + ": " + std::strerror(reason) + "."};
}

Result<void> sync_folder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  const int reason = errno;
  if (folder >= 0) ::close(folder);
  return synced ? Result<void>() : failed("synced", path, reason);
}

// The folder and those above it that are not there, each on disk.
Result<void> make_folder(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  if (auto above = make_folder(path.parent_path()); !above) return above;
  fs::create_directory(path, error);
  if (error) return failed("made", path, error.value());
  return sync_folder(path.parent_path());
}

Result<void> write_all(int file, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return failed("written", path, errno);
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

// Awaits what blocks: `job` runs on a thread of the store.
template <class T>
Task<Result<T>> on_disk(Executor& home, Executor& disk, std::function<Result<T>()> job) {
  std::function<void(typename Async<Result<T>>::Done)> start = [&disk, &job](auto done) {
    disk.post([&job, done = std::move(done)] { done(job()); });  // the frame waits
  };
  co_return co_await Async<Result<T>>(home, std::move(start));
}

class DiskUpload final : public ObjectUpload {
 public:
  DiskUpload(Executor& home, Executor& disk, int file, std::string path, std::string tenant_folder)
      : home_(home), disk_(disk), file_(file), path_(std::move(path)), tenant_folder_(std::move(tenant_folder)) {}
  ~DiskUpload() override {
    disk_.post([file = file_, path = kept_ ? std::string() : path_] {
      ::close(file);
      if (!path.empty()) ::unlink(path.c_str());
    });
  }

  Task<Result<void>> write(std::string bytes) override {
    const std::function<Result<void>()> job = [this, &bytes] {
      hasher_.add(bytes);
      return write_all(file_, path_, bytes);
    };
    co_return co_await on_disk(home_, disk_, job);
  }

  Task<Result<Digest>> finish() override {
    const std::function<Result<Digest>()> job = [this]() -> Result<Digest> {
      if (::fsync(file_) != 0) return failed("synced", path_, errno);
      return digest_ = crypto::to_hex(hasher_.finish());
    };
    co_return co_await on_disk(home_, disk_, job);
  }

  Task<Result<void>> keep() override {
    const std::function<Result<void>()> job = [this]() -> Result<void> {
      const std::string folder = tenant_folder_ + "/" + digest_.substr(0, 2);
      if (auto made = make_folder(folder); !made) return made;
      const std::string kept = folder + "/" + digest_;
      if (::rename(path_.c_str(), kept.c_str()) != 0) return failed("renamed", path_, errno);
      kept_ = true;
      return sync_folder(folder);
    };
    co_return co_await on_disk(home_, disk_, job);
  }

 private:
  Executor& home_;
  Executor& disk_;
  const int file_;
  const std::string path_, tenant_folder_;
  crypto::Hasher hasher_;
  Digest digest_;
  bool kept_ = false;
};

class DiskStore final : public ObjectStore {
 public:
  explicit DiskStore(std::string folder) : folder_(std::move(folder)) {}

  Task<Result<std::unique_ptr<ObjectUpload>>> begin(Executor& home, TenantId tenant) override {
    const std::string path = incoming() + "/" + std::to_string(++last_upload_);
    const std::function<Result<int>()> job = [&path]() -> Result<int> {
      const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      if (file < 0) return failed("made", path, errno);
      return file;
    };
    const auto file = co_await on_disk(home, disk_, job);
    if (!file) co_return file.error();
    co_return std::make_unique<DiskUpload>(home, disk_, *file, path, folder_of(tenant));
  }

  Task<Result<std::shared_ptr<http::BodySource>>> open(Executor& home, TenantId tenant, Digest digest) override {
    const std::function<Result<std::shared_ptr<http::BodySource>>()> job = [&] {
      return http::open_file_source(path_of(tenant, digest), home, disk_);
    };
    co_return co_await on_disk(home, disk_, job);
  }

  Task<Result<void>> remove(Executor& home, TenantId tenant, Digest digest) override {
    const std::function<Result<void>()> job = [&]() -> Result<void> {
      const std::string path = path_of(tenant, digest);
      if (::unlink(path.c_str()) == 0) return sync_folder(fs::path(path).parent_path());
      return errno == ENOENT ? Result<void>() : failed("removed", path, errno);
    };
    co_return co_await on_disk(home, disk_, job);
  }

  Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) override {
    const std::function<Result<void>()> job = [&]() -> Result<void> {
      std::error_code error;
      if (fs::remove_all(folder_of(tenant), error) == 0 && !error) return {};
      return error ? failed("removed", folder_of(tenant), error.value()) : sync_folder(folder_);
    };
    co_return co_await on_disk(home, disk_, job);
  }

  Result<void> prepare() const {
    if (auto made = make_folder(incoming()); !made) return made;
    std::error_code error;
    for (const auto& left : fs::directory_iterator(incoming(), error)) fs::remove_all(left.path(), error);
    if (error) return failed("emptied", incoming(), error.value());
    return {};
  }

 private:
  std::string incoming() const { return folder_ + "/incoming"; }
  std::string folder_of(TenantId tenant) const { return folder_ + "/" + std::to_string(raw(tenant)); }
  std::string path_of(TenantId tenant, const Digest& digest) const {
    return folder_of(tenant) + "/" + digest.substr(0, 2) + "/" + digest;
  }

  const std::string folder_;
  std::atomic<uint64_t> last_upload_ = 0;
  store::Workers disk_{threads, "files"};
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> open_disk_store(const std::string& folder) {
  auto store = std::make_unique<DiskStore>(folder);
  if (auto prepared = store->prepare(); !prepared) return prepared.error();
  return std::unique_ptr<ObjectStore>(std::move(store));
}

}  // namespace teahouse
