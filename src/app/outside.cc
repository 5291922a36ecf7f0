#include "app/outside.h"

#include "base/log.h"
#include "net/unbound_dns.h"

namespace teahouse {

struct Outside::Made {
  Made(net::Loop& loop, std::unique_ptr<net::UnboundDns> its_dns, const net::TlsTrust& its_trust,
       http::ClientOptions options)
      : dns(std::move(its_dns)), trust(its_trust), client(loop, *dns, its_trust, std::move(options)) {}
  std::unique_ptr<net::UnboundDns> dns;
  net::TlsTrust trust;
  http::Client client;
};

Outside::Outside(net::Loop& loop, OutsideOptions options) : loop_(loop), options_(std::move(options)) {}
Outside::~Outside() = default;

Result<std::unique_ptr<Outside::Made>> Outside::make() const {
  auto trust = net::TlsTrust::make(options_.ca_file);
  if (!trust) return trust.error();
  auto dns =
      net::UnboundDns::make(loop_, {.server = options_.dns_server, .trust_anchor_file = options_.trust_anchor_file});
  if (!dns) return dns.error();
  http::ClientOptions options;
  options.exchanges_max = options_.exchanges_max;
  options.guard = guard();
  return std::make_unique<Made>(loop_, std::move(*dns), *trust, std::move(options));
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

Result<net::TlsTrust> Outside::trust() {
  const auto made = use();
  if (!made) return made.error();
  return (*made)->trust;
}

net::AddressGuard Outside::guard() const {
  return options_.allow_private ? net::AddressGuard() : net::AddressGuard::public_only();
}

http::Exchange Outside::fetch(http::ClientRequest request, http::Client::Done done) {
  const auto made = use();
  if (made) return (*made)->client.fetch(std::move(request), std::move(done));
  loop_.post([done = std::move(done), error = made.error()] { done(error); });
  return {};
}

}  // namespace teahouse
