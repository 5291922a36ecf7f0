// PushClient: the http::Client by which a loop reaches push services; it is made when the first push is sent.
//
// Thread: its loop's. Lifetime: the loop outlives it.
// Limits: an AddressGuard keeps it to the public internet, unless the configuration allows private addresses.
// Errors: those of http::Client::fetch, and bad_request for a file of authorities that is none.
#pragma once

#include <memory>
#include <string>

#include "http/client.h"
#include "net/loop.h"

namespace teahouse {

class PushClient {
 public:
  PushClient(net::Loop& loop, std::string ca_file, bool allow_private, std::string dns_server = {});
  ~PushClient();

  http::Exchange fetch(http::ClientRequest request, http::Client::Done done);

 private:
  struct Made;
  Result<std::unique_ptr<Made>> make() const;

  net::Loop& loop_;
  const std::string ca_file_;
  const bool allow_private_;
  const std::string dns_server_;
  std::unique_ptr<Made> made_;
};

}  // namespace teahouse
