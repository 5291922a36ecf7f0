#include "files/s3/call.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "files/file_name.h"
#include "files/s3/answers.h"
#include "files/s3/explain.h"
#include "files/s3/signature.h"

namespace teahouse::s3 {
namespace {

constexpr int attempts_max = 4;
constexpr int64_t retry_for_ms = 60'000, connect_timeout_ms = 5'000, progress_timeout_ms = 30'000;
constexpr int64_t wait_factor = 4;
constexpr size_t piece_bytes = 128 * 1024;

std::string encode_path(std::string_view key) {
  std::string path;
  while (true) {
    const size_t slash = std::min(key.find('/'), key.size());
    path += encode_segment(key.substr(0, slash));
    if (slash == key.size()) return path;
    path += '/';
    key.remove_prefix(slash + 1);
  }
}

std::string make_url(const S3Settings& settings, const S3Request& request) {
  std::string url = settings.endpoint;
  if (settings.path_style) {
    url += "/" + settings.bucket;
  } else {
    url.insert(url.find("://") + 3, settings.bucket + ".");
  }
  url += "/" + encode_path(request.key);
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    url.append(1, separator).append(encode_segment(name)).append("=").append(encode_segment(value));
    separator = '&';
  }
  return url;
}

// A 404 is also said of a bucket that is not there, and by versitygw of an access key that it does not know: taken for
// an object that is gone, it would never be removed. HEAD is told no code.
bool is_absence(const std::string& method, const std::string& code) {
  return code == "NoSuchKey" || code == "NoSuchUpload" || (method == "HEAD" && code.empty());
}

bool is_passing(int status, const std::string& code) {
  constexpr std::array statuses = {408, 429, 500, 502, 503, 504};
  return std::ranges::find(statuses, status) != statuses.end() || code == "RequestTimeout";
}

bool is_passing(ErrorKind kind) {
  return kind == ErrorKind::service_unavailable || kind == ErrorKind::remote_server_timeout ||
         kind == ErrorKind::remote_server_not_found || kind == ErrorKind::resource_constraint;
}

}  // namespace

Error files_unavailable() {
  return {ErrorKind::service_unavailable,
          "The files of this server can't be reached at the moment. Try again in a minute."};
}

Call::Call(Bucket& bucket, http::Client& client, S3Request request, Done done)
    : bucket_(bucket),
      client_(client),
      request_(std::move(request)),
      done_(std::move(done)),
      begun_ms_(bucket.loop().clock().monotonic_ms()),
      wait_ms_(bucket.settings().retry_wait_ms) {}

http::ClientRequest Call::make_request() const {
  http::ClientRequest request;
  request.method = request_.method;
  request.url = make_url(bucket_.settings(), request_);
  request.headers = request_.headers;
  request.connect_timeout_ms = connect_timeout_ms;
  request.idle_timeout_ms = progress_timeout_ms;
  request.first_byte_timeout_ms = request_.first_byte_timeout_ms;
  request.timeout_ms = 0;
  request.answer_bytes_max = request_.answer_bytes_max > 0 ? request_.answer_bytes_max : answer_bytes_max;
  if (request_.file && request_.bytes > 0) {
    request.is_streamed = true;
    request.body_bytes = request_.bytes;
  } else {
    request.body = request_.body;
  }
  return request;
}

void Call::begin(std::function<void()> ended) {
  ended_ = std::move(ended);
  attempt();
}

void Call::attempt() {
  ++attempts_;
  answer_ = {};
  sent_ = 0;
  http::ClientRequest request = make_request();
  const S3Settings& settings = bucket_.settings();
  const std::string digest =
      request_.payload_sha256.empty() ? crypto::to_hex(crypto::sha256(request_.body)) : request_.payload_sha256;
  const auto signed_ =
      sign(request, {settings.access_key, settings.secret, settings.region}, digest, bucket_.loop().clock().wall_ms());
  if (!signed_) return refuse(signed_.error().text);
  exchange_ = client_.begin(std::move(request), *this);
  if (request_.file && request_.bytes > 0) send_more();
}

void Call::send_more() {
  if (sent_ == request_.bytes) return;
  const size_t bytes = std::min<uint64_t>(piece_bytes, request_.bytes - sent_);
  auto piece = request_.file->read(request_.first + sent_, bytes);
  if (!piece) return end(piece.error());
  sent_ += bytes;
  exchange_.write(std::move(*piece));
  if (sent_ == request_.bytes) exchange_.finish();
}

void Call::on_head(http::ResponseHead head) {
  answer_.status = head.status;
  answer_.headers = std::move(head.headers);
}

void Call::on_body(std::string_view bytes) { answer_.body += bytes; }

void Call::on_complete() {
  exchange_ = {};
  // A request that takes the server long may be answered with 200 before it has failed.
  const bool is_good = answer_.status >= 200 && answer_.status < 300;
  const std::string code = is_good && request_.method != "POST" ? "" : find_fault_code(answer_.body);
  if (is_good && code.empty()) return end(std::move(answer_));
  if (answer_.status == 404 && request_.may_be_absent && is_absence(request_.method, code)) {
    return end(std::move(answer_));
  }
  const bool is_unknown = answer_.status == 405 || answer_.status == 501 || code == "NotImplemented";
  if (is_unknown && request_.is_optional) return end(std::move(answer_));
  const std::string why = explain(bucket_.settings(), answer_.status, code);
  if (is_passing(answer_.status, code) || is_good) return ask_again_or_end(why);
  refuse(why);
}

void Call::on_failed(const Error& error) {
  exchange_ = {};
  is_passing(error.kind) ? ask_again_or_end(error.text) : refuse(error.text);
}

bool Call::may_ask_again() const {
  return attempts_ < attempts_max && bucket_.loop().clock().monotonic_ms() - begun_ms_ < retry_for_ms;
}

// The waits differ by chance, so that those who failed together do not come back together.
void Call::ask_again_or_end(const std::string& why) {
  if (!may_ask_again()) return refuse(why);
  const int64_t wait_ms = wait_ms_ / 2 + static_cast<int64_t>(random_u64() % static_cast<uint64_t>(wait_ms_ + 1));
  wait_ms_ *= wait_factor;
  timer_ = bucket_.loop().start_timer(wait_ms, [this] { attempt(); });
}

void Call::refuse(const std::string& why) {
  log::warning(
      "files", "The S3 server did not do what it was asked",
      {{"request", request_.method + " " + request_.key}, {"attempts", std::to_string(attempts_)}, {"why", why}});
  end(files_unavailable());
}

void Call::give_up() { end(files_unavailable()); }

// The last call destroys this.
void Call::end(Result<S3Answer> result) {
  exchange_ = {};
  std::exchange(done_, nullptr)(std::move(result));
  const auto ended = std::move(ended_);
  ended();
}

}  // namespace teahouse::s3
