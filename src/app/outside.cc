#include "app/outside.h"

#include "base/log.h"
#include "net/unbound_dns.h"

namespace teahouse {

struct Outside::Made {
  Made(net::Loop& loop, std::unique_ptr<net::UnboundDns> its_dns, net::TlsTrust trust, http::ClientOptions options)
      : dns(std::move(its_dns)), client(loop, *dns, std::move(trust), std::move(options)) {}
  std::unique_ptr<net::UnboundDns> dns;
  http::Client client;
};

Outside::Outside(net::Loop& loop, OutsideOptions options) : loop_(loop), options_(std::move(options)) {}
Outside::~Outside() = default;

Result<std::unique_ptr<Outside::Made>> Outside::make() const {
  auto trust = net::TlsTrust::make(options_.ca_file);
  if (!trust) return trust.error();
  auto dns = net::UnboundDns::make(loop_, {.server = options_.dns_server});
  if (!dns) return dns.error();
  http::ClientOptions options;
  options.exchanges_max = options_.exchanges_max;
  if (!options_.allow_private) options.guard = net::AddressGuard::public_only();
  return std::make_unique<Made>(loop_, std::move(*dns), std::move(*trust), std::move(options));
}

Result<Outside::Made*> Outside::use() {
  if (made_) return made_.get();
  auto made = make();
  if (!made) {
    log::error("net", "Other servers can't be asked", {{"why", made.error().text}});
    return made.error();
  }
  made_ = std::move(*made);
  return made_.get();
}

Result<net::Dns*> Outside::dns() {
  const auto made = use();
  if (!made) return made.error();
  return (*made)->dns.get();
}

http::Exchange Outside::fetch(http::ClientRequest request, http::Client::Done done) {
  const auto made = use();
  if (made) return (*made)->client.fetch(std::move(request), std::move(done));
  loop_.post([done = std::move(done), error = made.error()] { done(error); });
  return {};
}

}  // namespace teahouse
