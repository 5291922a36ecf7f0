#include "http/message.h"

#include <algorithm>

#include "base/text.h"
#include "http/form.h"

namespace teahouse::http {

namespace {

Response make_response(int status, const char* content_type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = content_type;
  response.body = SharedBytes(std::move(body));
  return response;
}

}  // namespace

bool equal_ignoring_case(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower_ascii(a) == lower_ascii(b); });
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [marks](char c) {
    return (c >= '0' && c <= '9') || (lower_ascii(c) >= 'a' && lower_ascii(c) <= 'z') || marks.find(c) != marks.npos;
  });
}

const std::string* Headers::find(std::string_view name) const {
  for (const Header& header : headers_) {
    if (equal_ignoring_case(header.name, name)) return &header.value;
  }
  return nullptr;
}

std::string_view Headers::value(std::string_view name) const {
  const std::string* found = find(name);
  return found ? std::string_view(*found) : std::string_view();
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
  for (const Header& header : headers_) {
    if (!equal_ignoring_case(header.name, name)) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      if (equal_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

size_t Headers::count(std::string_view name) const {
  return static_cast<size_t>(std::count_if(headers_.begin(), headers_.end(), [name](const Header& header) {
    return equal_ignoring_case(header.name, name);
  }));
}

const std::string& Request::capture(std::string_view name) const {
  static const std::string none;
  for (const auto& [captured, value] : captures) {
    if (captured == name) return value;
  }
  return none;
}

Result<Form> Request::query() const { return parse_form(query_string, Charset::utf8); }

Result<Form> Request::form() const {
  auto charset = parse_form_content_type(headers.value("Content-Type"));
  if (!charset) return charset.error();
  return parse_form(body, *charset);
}

bool Request::is_private() const {
  const bool is_loopback = peer_address == "::1" || peer_address.starts_with("127.");
  return secure || (!forwarded && is_loopback);
}

bool Request::prefers_plain_text() const {
  const std::string_view accept = headers.value("Accept");
  const size_t plain = accept.find("text/plain");
  return plain != std::string_view::npos && plain < accept.find("json");
}

std::string decode_segment(std::string_view segment) {
  std::string decoded;
  return decode_percent(segment, false, decoded) ? decoded : std::string(segment);
}

Response make_text(int status, std::string text) {
  return make_response(status, "text/plain; charset=utf-8", std::move(text));
}
Response make_json(int status, std::string json) { return make_response(status, "application/json", std::move(json)); }
Response make_empty(int status) {
  Response response;
  response.status = status;
  return response;
}

const char* reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Unknown";
  }
}

}  // namespace teahouse::http
