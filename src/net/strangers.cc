#include "net/strangers.h"

#include <utility>

#include "base/log.h"
#include "net/connection_state.h"

namespace teahouse::net {

void Strangers::make_room() {
  if (!limit_.is_reached()) {
    crowded_ = false;
    return;
  }
  if (!std::exchange(crowded_, true)) {
    log::warning("net", "as many connections as there may be; those without a login make room for newcomers",
                 {{"connections", std::to_string(limit_.count())}});
  }
  while (limit_.is_reached() && head_.linked()) {
    static_cast<Connection::State::Stranger*>(head_.next())->state.finish("it made room for another connection");
  }
}

}  // namespace teahouse::net
