// StaticFiles: answers from files that were compiled into the program: ETag and 304, ranges, Cache-Control, gzip'd when
// there is such a variant and the client takes it.
//
// Lifetime: the table is the program's own and is never copied. Thread: any.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/message.h"

namespace teahouse::http {

struct Asset {
  std::string_view path;          // "/panel/index.html"
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view bytes;
  std::string_view etag;        // without quotes; changes with the bytes
  std::string_view gzip_bytes;  // empty: there is no such variant
  bool immutable = false;       // its name changes with its bytes: cached for ever
};

class StaticFiles {
 public:
  explicit StaticFiles(std::span<const Asset> assets);
  // The asset, or the index.html of this folder; nullptr without.
  const Asset* find(std::string_view path) const;
  // 200, 206, 304, or the problems 404 and 416. REQUIRES: the method is GET or HEAD.
  Response respond(const Request& request, std::string_view path) const;

 private:
  std::unordered_map<std::string_view, const Asset*> assets_;
};

}  // namespace teahouse::http
