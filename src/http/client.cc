#include "http/client.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <utility>

#include "http/client_stream.h"

namespace teahouse::http {

namespace {

namespace beast_http = boost::beast::http;
using Parser = beast_http::response_parser<beast_http::string_body>;

constexpr uint64_t body_bytes_max = 64 * 1024 * 1024;

struct Url {
  bool secure;
  std::string host;
  std::string port;
  std::string authority;  // for the Host header
  std::string target;
};

Result<Url> parse_url(const std::string& text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https") || parsed->encoded_host().empty()) {
    return Error{ErrorKind::bad_request, "\"" + text + "\" is no http or https URL"};
  }
  Url url;
  url.secure = parsed->scheme() == "https";
  url.host = std::string(parsed->host_address());
  // parse_uri() takes any digits.
  if (parsed->has_port() && !parsed->port().empty() && parsed->port_number() == 0) {
    return Error{ErrorKind::bad_request, "\"" + text + "\" has no good port"};
  }
  url.port = parsed->has_port() && !parsed->port().empty() ? std::string(parsed->port()) : (url.secure ? "443" : "80");
  url.authority = std::string(parsed->encoded_host_and_port());
  url.target = std::string(parsed->encoded_path());
  if (url.target.empty()) url.target = "/";
  if (parsed->has_query()) url.target += "?" + std::string(parsed->encoded_query());
  return url;
}

Result<std::string> make_head(const ClientRequest& request, const Url& url) {
  std::string head =
      request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority + "\r\nConnection: close\r\n";
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  for (const Header& header : request.headers) {
    if ((header.name + header.value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return Error{ErrorKind::bad_request, "a header has a line break"};
    }
    head += header.name + ": " + header.value + "\r\n";
  }
  return head + "\r\n";
}

// Reads until the answer is complete; `buffer` keeps what the parser has not taken.
Result<ClientResponse> read_response(ClientStream& stream, bool to_head) {
  Parser parser;
  parser.body_limit(body_bytes_max);
  parser.header_limit(64 * 1024);
  parser.skip(to_head);
  parser.eager(true);
  std::string buffer;
  while (!parser.is_done()) {
    auto bytes = stream.read();
    if (!bytes) return bytes.error();
    boost::beast::error_code error;
    if (bytes->empty()) {
      if (parser.got_some()) parser.put_eof(error);
      if (error || !parser.is_done())
        return Error{ErrorKind::service_unavailable, "the server closed before its answer was complete"};
      break;
    }
    buffer += *bytes;
    while (!buffer.empty() && !parser.is_done()) {
      const size_t used = parser.put(boost::asio::buffer(buffer), error);
      buffer.erase(0, used);
      if (error == beast_http::error::need_more || used == 0) break;
      if (error) return Error{ErrorKind::service_unavailable, "the answer is no HTTP: " + error.message()};
    }
  }
  ClientResponse response;
  response.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get().base()) {
    response.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  response.body = std::move(parser.get().body());
  return response;
}

}  // namespace

Result<ClientResponse> fetch(const ClientRequest& request) {
  auto url = parse_url(request.url);
  if (!url) return url.error();
  auto head = make_head(request, *url);
  if (!head) return head.error();
  ClientStream stream(request.timeout_ms);
  if (auto connected = stream.connect(url->host, url->port); !connected) return connected.error();
  if (url->secure) {
    if (auto secured = stream.start_tls(url->host, request.ca_file); !secured) return secured.error();
  }
  if (auto written = stream.write(*head + request.body); !written) return written.error();
  return read_response(stream, request.method == "HEAD");
}

}  // namespace teahouse::http
