#include "files/s3/s3_store.h"

#include <atomic>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "files/incoming.h"
#include "files/s3/answers.h"
#include "files/s3/bucket.h"
#include "files/s3/source.h"
#include "files/s3/upload.h"
#include "store/workers.h"

namespace teahouse::s3 {
namespace {

constexpr size_t threads = 2;

Task<Result<ObjectPage>> list_page(Bucket& bucket, Executor& home, std::string prefix, std::string after, int max) {
  S3Request request;
  request.query = {{"list-type", "2"}, {"max-keys", std::to_string(max)}, {"prefix", std::move(prefix)}};
  if (!after.empty()) request.query.emplace_back("continuation-token", std::move(after));
  auto asking = bucket.ask(home, std::move(request));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  co_return parse_object_page(answer->body);
}

// HEAD was answered with 404: with GET the bucket says what there is not.
Task<Error> find_out_why(Bucket& bucket, Executor& home, std::string key) {
  S3Request request;
  request.key = std::move(key);
  request.may_be_absent = true;
  auto asking = bucket.ask(home, std::move(request));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (answer->status != 404) co_return files_unavailable();  // it has come meanwhile
  co_return Error{ErrorKind::item_not_found, "There is no such file."};
}

Task<Result<void>> remove_key(Bucket& bucket, Executor& home, std::string key) {
  S3Request request;
  request.method = "DELETE";
  request.key = std::move(key);
  request.may_be_absent = true;
  auto asking = bucket.ask(home, std::move(request));
  const auto answer = co_await asking;
  co_return answer ? Result<void>() : answer.error();
}

class S3Store final : public ObjectStore {
 public:
  S3Store(std::shared_ptr<Bucket> bucket, std::string folder)
      : bucket_(std::move(bucket)), folder_(std::move(folder)) {}
  ~S3Store() override {
    bucket_->loop().post([this] { sweep_timer_.stop(); });
    bucket_->stop();
  }

  Result<void> prepare() const { return prepare_incoming(folder_); }
  void start() {
    bucket_->loop().post([this] {
      spawn(tell_whether_reachable(*bucket_));
      sweep_by_and_by();
    });
  }

  bool is_on_disk() const override { return false; }

  Task<Result<std::unique_ptr<ObjectUpload>>> begin(Executor& home, TenantId tenant) override {
    const std::string path = folder_ + "/" + std::to_string(++last_upload_);
    const std::function<Result<std::unique_ptr<IncomingFile>>()> job = [&path] { return IncomingFile::make(path); };
    auto file = co_await on_disk(home, disk_, job);
    if (!file) co_return file.error();
    co_return std::make_unique<S3Upload>(home, disk_, std::move(*file), S3Place{bucket_, in_parts_, prefix_of(tenant)});
  }

  Task<Result<std::shared_ptr<http::BodySource>>> open(Executor& home, TenantId tenant, Digest digest) override {
    std::string key = make_key(prefix_of(tenant), digest);
    S3Request request;
    request.method = "HEAD";
    request.key = key;
    request.may_be_absent = true;
    auto asking = bucket_->ask(home, std::move(request));
    const auto answer = co_await asking;
    if (!answer) co_return answer.error();
    if (answer->status == 404) {
      auto finding = find_out_why(*bucket_, home, std::move(key));
      auto why = co_await finding;
      co_return why;
    }
    const auto bytes = parse_decimal<uint64_t>(answer->headers.value("Content-Length"));
    if (!bytes) co_return files_unavailable();
    co_return std::shared_ptr<http::BodySource>(std::make_shared<S3Source>(bucket_, home, std::move(key), *bytes));
  }

  Task<Result<void>> remove(Executor& home, TenantId tenant, Digest digest) override {
    auto removing = remove_key(*bucket_, home, make_key(prefix_of(tenant), digest));
    auto removed = co_await removing;
    co_return removed;
  }

  Task<Result<void>> remove_tenant(Executor& home, TenantId tenant) override {
    std::string after;
    do {
      auto listing = list_page(*bucket_, home, prefix_of(tenant), std::move(after), 1000);
      auto page = co_await listing;
      if (!page) co_return page.error();
      for (const ListedObject& object : page->objects) {
        auto removing = remove_key(*bucket_, home, object.key);
        auto removed = co_await removing;
        if (!removed) co_return removed;
      }
      after = std::move(page->next);
    } while (!after.empty());
    co_return Result<void>();
  }

 private:
  std::string prefix_of(TenantId tenant) const {
    return bucket_->settings().prefix + std::to_string(raw(tenant)) + "/";
  }

  static Task<void> tell_whether_reachable(Bucket& bucket) {
    auto listing = list_page(bucket, bucket.loop(), bucket.settings().prefix, {}, 1);
    const auto listed = co_await listing;
    if (listed) log::info("files", "Users' files are kept in a bucket", {{"place", name_place(bucket.settings())}});
  }

  void sweep_by_and_by() {
    spawn(sweep(*bucket_, *in_parts_));
    sweep_timer_ = bucket_->loop().start_timer(bucket_->settings().sweep_every_ms, [this] { sweep_by_and_by(); });
  }

  // Gives up what nobody uploads any more. An upload of ours is in `in_parts` before the bucket knows of it, and the
  // list is older than the look there: so what is listed and not there is nobody's.
  static Task<void> sweep(Bucket& bucket, const KeysInParts& in_parts) {
    UploadPage page;
    do {
      S3Request request;
      request.query = {{"uploads", ""}, {"prefix", bucket.settings().prefix}};
      if (!page.next_key.empty()) request.query.emplace_back("key-marker", page.next_key);
      if (!page.next_id.empty()) request.query.emplace_back("upload-id-marker", page.next_id);
      request.is_optional = true;
      auto asking = bucket.ask(bucket.loop(), std::move(request));
      const auto answer = co_await asking;
      if (!answer || answer->status >= 300) co_return;
      auto parsed = parse_upload_page(answer->body);
      if (!parsed) co_return log::warning("files", "The list of uploads in parts can't be read");
      page = std::move(*parsed);
      for (const ListedUpload& upload : page.uploads) {
        if (in_parts.has(upload.key) || !upload.key.starts_with(bucket.settings().prefix)) continue;
        auto giving_up = give_up(bucket, upload);
        co_await giving_up;
      }
    } while (!page.is_last);
  }

  static Task<void> give_up(Bucket& bucket, ListedUpload upload) {
    S3Request request;
    request.method = "DELETE";
    request.key = upload.key;
    request.query = {{"uploadId", upload.id}};
    request.may_be_absent = true;
    auto asking = bucket.ask(bucket.loop(), std::move(request));
    const auto answer = co_await asking;
    if (answer) log::info("files", "An upload in parts that nobody went on with was removed", {{"key", upload.key}});
  }

  const std::shared_ptr<Bucket> bucket_;
  const std::string folder_;  // of uploads that are not whole
  const std::shared_ptr<KeysInParts> in_parts_ = std::make_shared<KeysInParts>();
  std::atomic<uint64_t> last_upload_ = 0;
  net::Timer sweep_timer_;  // the bucket's loop's
  store::Workers disk_{threads, "files"};
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> open_s3_store(const S3Settings& settings, const std::string& folder,
                                                   const Clock& clock) {
  auto bucket = Bucket::open(settings, clock);
  if (!bucket) return bucket.error();
  auto store = std::make_unique<S3Store>(std::move(*bucket), folder + "/incoming");
  if (auto prepared = store->prepare(); !prepared) return prepared.error();
  store->start();
  return std::unique_ptr<ObjectStore>(std::move(store));
}

}  // namespace teahouse::s3
