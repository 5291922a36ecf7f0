// A small blocking HTTP/1.1 client for the command line and for tests: one request, one connection.
//
// Thread: any but a loop's. Limits: 64 MiB of answer, 30 s in all (an operating system's name look-up not counted).
// Errors: bad_request for a URL; remote_server_not_found, remote_server_timeout, service_unavailable for the network;
// not_authorized for a certificate that is not trusted. An answer of 4xx or 5xx is no error.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "http/message.h"

namespace teahouse::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // "https://im.example.org:8443/v1/users?limit=10"
  Headers headers;
  std::string body;
  std::string ca_file;  // PEM; empty: the system's
  int64_t timeout_ms = 30'000;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

Result<ClientResponse> fetch(const ClientRequest& request);

}  // namespace teahouse::http
