// The object is there when a PUT, or the end of an upload in parts, is answered; before that nobody finds any of it. A
// kill in between leaves parts that cost money and that no list of objects shows. Each upload in parts is given up
// where it fails, and S3Store looks for those that a kill has left.
#include "files/s3/upload.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "crypto/encoding.h"
#include "files/s3/answers.h"

namespace teahouse::s3 {
namespace {

constexpr uint64_t parts_max = 10'000;
constexpr uint64_t hashed_bytes = 256 * 1024;
constexpr int64_t complete_timeout_ms = 120'000;  // the server puts the parts together

Result<std::string> hash_part(const IncomingFile& file, uint64_t first, uint64_t bytes) {
  crypto::Hasher hasher;
  while (bytes > 0) {
    const auto piece = file.read(first, std::min(bytes, hashed_bytes));
    if (!piece) return piece.error();
    hasher.add(*piece);
    first += piece->size();
    bytes -= piece->size();
  }
  return crypto::to_hex(hasher.finish());
}

}  // namespace

void KeysInParts::add(const std::string& key) {
  const std::lock_guard lock(mutex_);
  keys_.insert(key);
}
void KeysInParts::remove(const std::string& key) {
  const std::lock_guard lock(mutex_);
  keys_.erase(keys_.find(key));
}
bool KeysInParts::has(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return keys_.contains(key);
}

std::string make_key(const std::string& tenant_prefix, const Digest& digest) {
  return tenant_prefix + digest.substr(0, 2) + "/" + digest;
}

S3Upload::~S3Upload() {
  disk_.post([file = std::move(file_)] {});  // it is closed and removed there
}

Task<Result<void>> S3Upload::write(std::string bytes) {
  const std::function<Result<void>()> job = [this, &bytes] { return file_->write(bytes); };
  co_return co_await on_disk(home_, disk_, job);
}

Task<Result<Digest>> S3Upload::finish() {
  const std::function<Result<Digest>()> job = [this]() -> Result<Digest> { return digest_ = file_->finish(); };
  co_return co_await on_disk(home_, disk_, job);
}

Task<Result<void>> S3Upload::keep() {
  const std::string key = make_key(place_.tenant_prefix, digest_);
  if (file_->bytes() <= place_.bucket->settings().part_bytes) {
    auto kept = co_await keep_whole(key);
    co_return kept;
  }
  place_.in_parts->add(key);
  auto kept = co_await keep_in_parts(key);
  place_.in_parts->remove(key);
  co_return kept;
}

Task<Result<void>> S3Upload::keep_whole(std::string key) {
  S3Request request;
  request.method = "PUT";
  request.key = std::move(key);
  request.file = file_.get();
  request.bytes = file_->bytes();
  request.payload_sha256 = digest_;
  auto asking = place_.bucket->ask(home_, std::move(request));
  const auto answer = co_await asking;
  co_return answer ? Result<void>() : answer.error();
}

Task<Result<void>> S3Upload::keep_in_parts(std::string key) {
  S3Request request;
  request.method = "POST";
  request.key = key;
  request.query = {{"uploads", ""}};
  auto asking = place_.bucket->ask(home_, std::move(request));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  const auto id = parse_upload_id(answer->body);
  if (!id) co_return id.error();
  auto put = co_await put_all_parts(key, *id);
  if (put) co_return put;
  S3Request give_up;
  give_up.method = "DELETE";
  give_up.key = key;
  give_up.query = {{"uploadId", *id}};
  give_up.may_be_absent = give_up.is_optional = true;
  auto giving_up = place_.bucket->ask(home_, std::move(give_up));
  (void)co_await giving_up;  // else the store finds it later
  co_return put;
}

Task<Result<void>> S3Upload::put_all_parts(std::string key, std::string id) {
  const uint64_t all = file_->bytes();
  const uint64_t part = std::max(place_.bucket->settings().part_bytes, (all + parts_max - 1) / parts_max);
  std::vector<std::string> etags;
  for (uint64_t first = 0; first < all; first += part) {
    const int number = static_cast<int>(etags.size()) + 1;
    auto etag = co_await put_part(key, id, number, first, std::min(part, all - first));
    if (!etag) co_return etag.error();
    etags.push_back(std::move(*etag));
  }
  auto completed = co_await complete(key, id, write_parts(etags));
  co_return completed;
}

Task<Result<std::string>> S3Upload::put_part(std::string key, std::string id, int number, uint64_t first,
                                             uint64_t bytes) {
  const std::function<Result<std::string>()> job = [&] { return hash_part(*file_, first, bytes); };
  auto digest = co_await on_disk(home_, disk_, job);
  if (!digest) co_return digest.error();
  S3Request request;
  request.method = "PUT";
  request.key = std::move(key);
  request.query = {{"partNumber", std::to_string(number)}, {"uploadId", std::move(id)}};
  request.file = file_.get();
  request.first = first;
  request.bytes = bytes;
  request.payload_sha256 = std::move(*digest);
  auto asking = place_.bucket->ask(home_, std::move(request));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  const std::string* etag = answer->headers.find("ETag");
  if (!etag || etag->empty()) co_return files_unavailable();
  co_return *etag;
}

// Asked again it may be told that there is no such upload: the answer to the first time was lost, and all is done.
Task<Result<void>> S3Upload::complete(std::string key, std::string id, std::string parts) {
  S3Request request;
  request.method = "POST";
  request.key = key;
  request.query = {{"uploadId", std::move(id)}};
  request.headers.add("Content-Type", "application/xml");
  request.body = std::move(parts);
  request.may_be_absent = true;
  request.first_byte_timeout_ms = complete_timeout_ms;
  auto asking = place_.bucket->ask(home_, std::move(request));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (answer->status != 404) co_return Result<void>();
  S3Request look;
  look.method = "HEAD";
  look.key = std::move(key);
  look.may_be_absent = true;
  auto looking = place_.bucket->ask(home_, std::move(look));
  const auto found = co_await looking;
  if (!found) co_return found.error();
  const bool is_whole =
      found->status != 404 && found->headers.value("Content-Length") == std::to_string(file_->bytes());
  co_return is_whole ? Result<void>() : files_unavailable();
}

}  // namespace teahouse::s3
