// AnswerStream: an answer of a ServerConnection whose BodySource is being sent. Only for server_connection.h and
// answer_stream.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "http/body_source.h"

namespace teahouse::http {

struct AnswerStream {
  std::shared_ptr<BodySource> source;
  std::optional<uint64_t> left;  // of the bytes that the head promised; none: nobody promised
  size_t sent_bytes = 0;
  bool is_chunked = false;
  bool closes_after = false;
  bool is_reading = false;
  bool by_parts = false;  // of a file, as long as its source has any
  FilePart part = {};     // prepared, and not sent yet
};

}  // namespace teahouse::http
