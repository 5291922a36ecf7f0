#include "base/peer_error.h"

#include "base/log.h"
#include "base/random.h"

namespace teahouse {

Error for_peer(const Error& error) {
  if (error.kind != ErrorKind::internal_server_error) return error;
  const std::string id = random_token(8);
  log::error("server", error.text, {{"id", id}});
  return {error.kind,
          "Something failed in the server. Who runs it finds the reason in its log, under the id " + id + "."};
}

}  // namespace teahouse
