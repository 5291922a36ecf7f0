#include "http/body_reader.h"

#include <utility>

namespace teahouse::http {

Task<Result<std::string>> BodyReader::next() {
  if (pieces_.empty() && !end_ && body_.is_over()) {
    end_ = Error{ErrorKind::recipient_unavailable, "the client went away before its request's body was read"};
  }
  if (pieces_.empty() && !end_) {
    Async<bool> more(loop_, [this](Async<bool>::Done done) { waiting_ = std::move(done); });
    co_await more;
  }
  if (end_ && !*end_) co_return end_->error();
  if (std::exchange(is_paused_, false)) body_.resume();
  co_return std::exchange(pieces_, {});
}

void BodyReader::on_body(std::string_view bytes) {
  pieces_ += bytes;
  if (pieces_.size() >= pieces_bytes_max && !std::exchange(is_paused_, true)) body_.pause();
  wake();
}

void BodyReader::on_complete() {
  end_ = Result<void>();
  wake();
}

void BodyReader::on_failed(const Error& error) {
  end_ = error;
  wake();
}

void BodyReader::wake() {
  if (auto waiting = std::exchange(waiting_, nullptr)) waiting(true);
}

}  // namespace teahouse::http
