// How a ServerConnection sends an answer's BodySource. It reads until enough waits to be written, and again when all of
// that is with the kernel; meanwhile no other request is handled. Each read may take its time: what has become of the
// connection is looked at after it. Where nothing is encrypted, a file's bytes are not read but sent by the kernel,
// part by part (BodySource::prepare()); what a slow peer leaves waiting is then no memory of ours.
#include "http/answer_stream.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/log.h"
#include "http/server_connection.h"

namespace teahouse::http {

namespace {

constexpr uint64_t read_bytes_max = 128 * 1024;
constexpr uint64_t part_bytes_max = 512 * 1024;  // a loop sends so many without a break
constexpr size_t unsent_bytes_enough = 256 * 1024;

std::string chunk_head(size_t bytes) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes, 16).ptr;
  return std::string(size.data(), end) + "\r\n";
}

}  // namespace

void ServerConnection::start_stream(AnswerStream stream) {
  stream_ = std::make_shared<AnswerStream>(std::move(stream));
  stream_->by_parts = stream_->left && !connection_->is_secure();
  spawn(send_stream(shared_from_this(), stream_));
}

bool ServerConnection::is_sending(const AnswerStream& stream) const {
  return stream_.get() == &stream && connection_ && server_;
}

Task<void> ServerConnection::send_stream(std::shared_ptr<ServerConnection> self, std::shared_ptr<AnswerStream> stream) {
  stream->is_reading = true;
  while (self->is_sending(*stream) && self->takes_more()) {
    if (stream->by_parts) {
      auto preparing = stream->source->prepare(std::min(part_bytes_max, *stream->left));
      const std::optional<FilePart> part = co_await preparing;
      stream->by_parts = part.has_value();
      if (part) stream->part = *part;
      continue;
    }
    auto reading = stream->source->read(std::min(read_bytes_max, stream->left.value_or(read_bytes_max)));
    auto bytes = co_await reading;
    if (self->is_sending(*stream)) self->send_piece(std::move(bytes));
  }
  stream->is_reading = false;
  self->process();
}

// A part that is left is sent before more is asked for.
bool ServerConnection::takes_more() {
  if (stream_->part.bytes > 0) send_part();
  return stream_ && stream_->part.bytes == 0 && connection_->queued_bytes() < unsent_bytes_enough;
}

void ServerConnection::send_part() {
  AnswerStream& stream = *stream_;
  const auto sent = connection_->send_file(stream.part.file, stream.part.offset, stream.part.bytes);
  if (!sent) return break_off("its file can't be read, or has become shorter");
  stream.part.offset += *sent;
  stream.part.bytes -= *sent;
  stream.sent_bytes += *sent;
  *stream.left -= *sent;
  if (*stream.left == 0) end_stream();
}

void ServerConnection::send_piece(Result<SharedBytes> bytes) {
  AnswerStream& stream = *stream_;
  if (!bytes) return break_off(bytes.error().text);
  if (stream.left && bytes->size() > *stream.left) return break_off("its body is longer than was said");
  if (stream.left && bytes->empty() && *stream.left > 0) return break_off("its body is shorter than was said");
  if (stream.left) *stream.left -= bytes->size();
  stream.sent_bytes += bytes->size();
  const bool is_end = bytes->empty() || stream.left == 0;
  if (stream.is_chunked && !bytes->empty()) connection_->send(chunk_head(bytes->size()));
  if (!bytes->empty()) connection_->send(std::move(*bytes));
  if (stream.is_chunked) connection_->send(std::string(is_end ? "0\r\n\r\n" : "\r\n"));
  if (is_end) end_stream();
}

void ServerConnection::end_stream() {
  const auto ended = std::exchange(stream_, nullptr);
  if (ended->closes_after || peer_done_ || server_->closing) close_after_writing();
}

void ServerConnection::break_off(std::string_view why) {
  log::warning("http", "An answer broke off: " + std::string(why), {{"request", failed_request_.id}});
  stream_.reset();
  connection_->abort();
  remove();
}

}  // namespace teahouse::http
