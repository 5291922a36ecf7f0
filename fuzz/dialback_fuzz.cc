// Dialback's elements from another server: reading never crashes, and what is written of one reads as the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/s2s/dialback.h"

namespace dialback_fuzz {

using teahouse::SharedBytes;
using teahouse::xml::Document;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto document =
      Document::parse(SharedBytes(std::string(reinterpret_cast<const char*>(data), size)), {}, "jabber:client");
  if (!document) return 0;
  auto word = teahouse::s2s::read_dialback(document->root());
  if (!word) return 0;
  word->reason.clear();
  const auto again = Document::parse(SharedBytes(teahouse::s2s::write_dialback(*word)), {}, "jabber:client");
  if (!again) abort();
  const auto same = teahouse::s2s::read_dialback(again->root());
  if (!same || same->from != word->from || same->to != word->to || same->is_verify != word->is_verify) abort();
  if (same->key != word->key || same->id != word->id || same->type != word->type) abort();
  return 0;
}

}  // namespace dialback_fuzz
