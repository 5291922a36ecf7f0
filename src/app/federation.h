// federate: how federation comes into the program: whom it trusts, where it connects to, and its part of each loop.
//
// Thread: the main thread's, before the loops run.
// Errors: bad_request for a file of authorities that is none.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/worker.h"
#include "base/result.h"
#include "net/address.h"
#include "net/tls.h"

namespace teahouse {

// All addresses of this machine by which its own listeners can be reached, with port 0. Thread: any.
std::vector<net::SocketAddress> own_addresses();

Result<void> federate(const std::vector<std::unique_ptr<Worker>>& workers, const Config& config,
                      const net::TlsContexts& contexts, const std::string& dialback_secret);

}  // namespace teahouse
