// BodySource: the body of an answer that is read while it is sent, piece by piece, as the peer takes it.
//
// Thread: the connection's loop. Lifetime: until its answer is sent, or the client went away and the read that was
// under way has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "base/shared_bytes.h"
#include "base/task.h"

namespace teahouse::http {

// Bytes that lie in a file, which is open for as long as the BodySource that told of them lives.
struct FilePart {
  int file = -1;
  uint64_t offset = 0;
  size_t bytes = 0;
};

class BodySource {
 public:
  virtual ~BodySource() = default;
  // How long the body is; none: nobody knows yet, and it goes in chunks.
  virtual std::optional<uint64_t> size() const { return {}; }
  // The next bytes, at most so many; none: the end. An error, or another end than size() says, breaks the connection
  // off, so that nobody takes the part for the whole. One read at a time.
  virtual Task<Result<SharedBytes>> read(size_t bytes_max) = 0;

  // Instead of read(): the next bytes as they lie in a file, for the kernel to send them from there. It has them in its
  // memory by then, so that sending them waits for no disk. None: they can't be sent so; read() gives them, or says why
  // it can't.
  virtual Task<std::optional<FilePart>> prepare(size_t /*bytes_max*/) { co_return std::nullopt; }

  // Can it give a part of itself (answer_range())?
  virtual bool is_seekable() const { return false; }
  // Makes the body this part of it. REQUIRES: it is seekable, and has so many bytes; nothing was read.
  virtual void narrow(uint64_t /*first*/, uint64_t /*bytes*/) {}
};

}  // namespace teahouse::http
