// How a ServerConnection hands a streamed body on. The request goes to its handler once its head is known; the body is
// `offered` until the handler takes it, then `flows`, or is `paused`. A handler that gives it up, or answers before its
// end, has `refused` it: until the answer nothing more is read, then a short rest is `passed` over.
#include "http/request_body.h"

#include "http/problem.h"
#include "http/server_connection.h"

namespace teahouse::http {

namespace {

constexpr uint64_t passed_bytes_max = 64 * 1024;

ErrorKind kind_of(int status) {
  switch (status) {
    case 408: return ErrorKind::remote_server_timeout;
    case 413: return ErrorKind::policy_violation;
    default: return ErrorKind::bad_request;
  }
}

}  // namespace

bool ServerConnection::may_read() const {
  if (stream_) return false;
  switch (body_) {
    case Body::none: return !busy_;
    case Body::flows:
    case Body::passed: return true;
    case Body::offered:
    case Body::paused:
    case Body::refused: return false;
  }
  return false;
}

// The handler is called by the loop, never out of its own call.
void ServerConnection::process_soon() {
  server_->loop.post([self = shared_from_this()] { self->process(); });
}

RequestBody ServerConnection::take_body(uint64_t serial, RequestBody::Events& events) {
  if (!is_asked(serial) || body_ != Body::offered) return {};
  body_ = Body::flows;
  body_events_ = &events;
  if (reader_.expects_continue()) say_continue();
  process_soon();
  return {weak_from_this(), serial};
}

void ServerConnection::pause_body(uint64_t serial) {
  if (is_asked(serial) && body_ == Body::flows) body_ = Body::paused;
}

void ServerConnection::resume_body(uint64_t serial) {
  if (!is_asked(serial) || body_ != Body::paused) return;
  body_ = Body::flows;
  process_soon();
}

void ServerConnection::drop_body(uint64_t serial) {
  if (serial != serial_ || !body_events_) return;
  body_events_ = nullptr;
  body_ = Body::refused;
}

void ServerConnection::hand_on_body() {
  const std::string piece = reader_.take_body();
  if (body_events_) body_events_->on_body(piece);
}

void ServerConnection::complete_body() {
  reader_.begin_next();
  body_ = Body::none;
  if (auto* events = std::exchange(body_events_, nullptr)) events->on_complete();
}

// The answer is given before the body's end. Is the rest so short that the connection is worth more?
bool ServerConnection::passes_body() {
  const auto left = reader_.body_bytes_left();
  const bool passes = left && *left <= passed_bytes_max && !reader_.expects_continue();
  body_events_ = nullptr;
  body_ = passes ? Body::passed : Body::none;
  return passes;
}

void ServerConnection::fail_body(int status, std::string_view text) { fail_body({kind_of(status), std::string(text)}); }

void ServerConnection::fail_body(const Error& error) {
  body_ = Body::none;
  busy_ = false;
  if (auto* events = std::exchange(body_events_, nullptr)) events->on_failed(error);
}

RequestBody& RequestBody::operator=(RequestBody&& other) noexcept {
  if (this == &other) return *this;
  drop();
  connection_ = std::move(other.connection_);
  serial_ = other.serial_;
  return *this;
}

RequestBody::~RequestBody() { drop(); }

void RequestBody::drop() {
  if (const auto connection = connection_.lock()) connection->drop_body(serial_);
  connection_.reset();
}

void RequestBody::pause() {
  if (const auto connection = connection_.lock()) connection->pause_body(serial_);
}

void RequestBody::resume() {
  if (const auto connection = connection_.lock()) connection->resume_body(serial_);
}

}  // namespace teahouse::http
