// Client: the operator API as the command line calls it.
//
// Thread: the program's only one; each call blocks.
// Errors: service_unavailable where no server can be found or reached. A refusal of the server is no error of call(),
// but a Reply.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/fetch.h"

namespace teahouse::cli {

// How the server is found: by its data folder, or by URL and key.
struct Place {
  std::string data;  // the folder with server.json and operator.key
  std::string url, key;
  std::string ca_file;  // whom to trust for https; empty: the system's
};

struct Reply {
  int status = 0;
  std::string body;  // JSON, or nothing
  bool good() const { return status >= 200 && status < 300; }
  std::string refusal() const;  // the problem's sentence
};

class Client {
 public:
  // Errors: bad_request when the place says too little; service_unavailable for a folder that no server has written to.
  static Result<Client> find(const Place& place);

  // `path` is of the operator API ("/tenants"), its variable parts escaped; `body` is JSON or empty.
  Result<Reply> call(std::string_view method, const std::string& path, const std::string& body = {}) const;
  // A call that may take minutes.
  Result<Reply> call_long(std::string_view method, const std::string& path, const std::string& body = {}) const;
  // A good answer's body goes to `take` as it comes; it may take hours.
  Result<Reply> download(const std::string& path, std::function<Result<void>(std::string_view)> take) const;
  // The body comes from `next`, which ends it with an empty piece; it may take hours.
  Result<Reply> upload(const std::string& path, uint64_t bytes, std::function<Result<std::string>()> next) const;
  // All pages of a list in one: {"<rows>": [...]}.
  Result<Reply> list(const std::string& path, const std::string& rows) const;
  const std::string& url() const { return place_.url; }

 private:
  explicit Client(Place place) : place_(std::move(place)) {}
  Result<Reply> send(http::ClientRequest request, const std::string& path, http::StreamedBodies bodies = {}) const;
  Place place_;
};

// One segment of a path, or a parameter's value.
std::string escape_segment(std::string_view text);

}  // namespace teahouse::cli
