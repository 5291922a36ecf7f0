#include "files/s3/source.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace teahouse::s3 {

Task<Result<void>> S3Source::ask_for_run() {
  const uint64_t bytes = std::min<uint64_t>(left_, run_bytes);
  S3Request request;
  request.key = key_;
  request.headers.add("Range", "bytes=" + std::to_string(first_) + "-" + std::to_string(first_ + bytes - 1));
  request.answer_bytes_max = bytes;  // a server that knows no ranges is told by that
  auto asking = bucket_->ask(home_, std::move(request));
  auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (answer->body.size() != bytes) {
    log::error("files", "An object in the bucket is not as long as it was",
               {{"key", key_}, {"wanted", std::to_string(bytes)}, {"got", std::to_string(answer->body.size())}});
    co_return files_unavailable();
  }
  run_ = SharedBytes(std::move(answer->body));
  co_return Result<void>();
}

Task<Result<SharedBytes>> S3Source::read(size_t bytes_max) {
  if (left_ == 0) co_return SharedBytes();
  if (run_.empty()) {
    auto asked = co_await ask_for_run();
    if (!asked) co_return asked.error();
  }
  const SharedBytes piece = run_.slice(run_.view().substr(0, bytes_max));
  run_ = run_.slice(run_.view().substr(piece.size()));
  if (run_.empty()) run_ = {};
  first_ += piece.size();
  left_ -= piece.size();
  co_return piece;
}

}  // namespace teahouse::s3
