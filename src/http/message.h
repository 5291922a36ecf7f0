// Request and Response: a handler gets the one and gives back the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/shared_bytes.h"
#include "http/form.h"

namespace teahouse::http {

class BodySource;

struct Header {
  std::string name;
  std::string value;
};

class Headers {
 public:
  void add(std::string name, std::string value) { headers_.push_back({std::move(name), std::move(value)}); }
  // The first of this name, in any case; nullptr without.
  const std::string* find(std::string_view name) const;
  std::string_view value(std::string_view name) const;  // "" without
  // Is `token` one of the comma-separated words of this header, in any case ("upgrade" in "keep-alive, Upgrade")?
  bool has_token(std::string_view name, std::string_view token) const;
  size_t count(std::string_view name) const;
  auto begin() const { return headers_.begin(); }
  auto end() const { return headers_.end(); }
  size_t size() const { return headers_.size(); }

 private:
  std::vector<Header> headers_;
};

// A whole request; a plain value.
struct Request {
  std::string id;      // names it in logs and problems
  std::string method;  // "GET"
  // UTF-8, without dot segments or control characters; or "*". Percent-decoded, but for slashes in a segment and
  // percent signs, which stand as "%2F" and "%25": decode_segment().
  std::string path;
  std::string query_string;  // after the "?", as it came
  Headers headers;
  std::string body;
  std::string peer_address;  // the sender's; behind a trusted proxy, the one that it names (forwarded.h)
  std::string host;          // lower-cased, without port
  std::string port;          // digits, which it was asked at; "" where the scheme says it
  bool secure = false;       // came over TLS, here or to a trusted proxy
  bool forwarded = false;    // a proxy passed it on, trusted or not (forwarded.h)
  bool keep_alive = true;
  bool is_http_10 = false;                                    // its sender knows no chunks
  std::vector<std::pair<std::string, std::string>> captures;  // the segments that the route's "{name}" matched

  const std::string& capture(std::string_view name) const;  // "" without
  Result<Form> query() const;                               // parameters of the query string
  // The body's fields, when it is application/x-www-form-urlencoded. Errors: not_acceptable for another content type.
  Result<Form> form() const;
  bool prefers_plain_text() const;  // Accept names text/plain before any JSON
  bool is_private() const;          // nobody on the way reads along: TLS, or this machine alone
};

struct Response {
  int status = 200;
  std::string content_type;  // none: no Content-Type
  SharedBytes body;
  Headers headers;
  std::shared_ptr<BodySource> source;  // gives the body instead, while it is sent
};

std::string decode_segment(std::string_view segment);

Response make_text(int status, std::string text);
Response make_json(int status, std::string json);
Response make_empty(int status);

// "Not Found" for 404; "Unknown" for one that nobody defined.
const char* reason_phrase(int status);
bool equal_ignoring_case(std::string_view one, std::string_view other);  // ASCII
std::string_view trim(std::string_view text);                            // spaces and tabs
bool is_token(std::string_view text);  // of RFC 9110 section 5.6.2, as header names are

}  // namespace teahouse::http
