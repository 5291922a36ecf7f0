#include "files/disk_store.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <utility>

#include "files/incoming.h"
#include "http/file_source.h"
#include "store/workers.h"

namespace teahouse {
namespace {

namespace fs = std::filesystem;

constexpr size_t threads = 4;

class DiskUpload final : public ObjectUpload {
 public:
  DiskUpload(Executor& home, Executor& disk, std::shared_ptr<IncomingFile> file, std::string tenant_folder)
      : home_(home), disk_(disk), file_(std::move(file)), tenant_folder_(std::move(tenant_folder)) {}
  ~DiskUpload() override {
    disk_.post([file = std::move(file_)] {});  // it is closed there
  }

  Task<Result<void>> write(std::string bytes) override {
    const std::function<Result<void>()> job = [this, &bytes] { return file_->write(bytes); };
    co_return co_await on_disk(home_, disk_, job);
  }

  Task<Result<Digest>> finish() override {
    const std::function<Result<Digest>()> job = [this]() -> Result<Digest> {
      if (auto synced = file_->sync(); !synced) return synced.error();
      return digest_ = file_->finish();
    };
    co_return co_await on_disk(home_, disk_, job);
  }

  Task<Result<void>> keep() override {
    const std::function<Result<void>()> job = [this]() -> Result<void> {
      const std::string folder = tenant_folder_ + "/" + digest_.substr(0, 2);
      if (auto made = make_synced_folder(folder); !made) return made;
      if (auto moved = file_->move_to(folder + "/" + digest_); !moved) return moved;
      return sync_folder(folder);
    };
    co_return co_await on_disk(home_, disk_, job);
  }

 private:
  Executor& home_;
  Executor& disk_;
  std::shared_ptr<IncomingFile> file_;
  const std::string tenant_folder_;
  Digest digest_;
};

class DiskStore final : public ObjectStore {
 public:
  explicit DiskStore(std::string folder) : folder_(std::move(folder)) {}

  Task<Result<std::unique_ptr<ObjectUpload>>> begin(Executor& home, TenantId tenant) override {
    const std::string path = incoming() + "/" + std::to_string(++last_upload_);
    const std::function<Result<std::unique_ptr<IncomingFile>>()> job = [&path] { return IncomingFile::make(path); };
    auto file = co_await on_disk(home, disk_, job);
    if (!file) co_return file.error();
    co_return std::make_unique<DiskUpload>(home, disk_, std::move(*file), folder_of(tenant));
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
      return errno == ENOENT ? Result<void>() : disk_error("removed", path, errno);
    };
    co_return co_await on_disk(home, disk_, job);
  }

  Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) override {
    const std::function<Result<void>()> job = [&]() -> Result<void> {
      std::error_code error;
      if (fs::remove_all(folder_of(tenant), error) == 0 && !error) return {};
      return error ? disk_error("removed", folder_of(tenant), error.value()) : sync_folder(folder_);
    };
    co_return co_await on_disk(home, disk_, job);
  }

  Result<void> prepare() const { return prepare_incoming(incoming()); }

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
