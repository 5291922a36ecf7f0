#include "app/push_client.h"

#include "base/log.h"
#include "net/unbound_dns.h"

namespace teahouse {

struct PushClient::Made {
  Made(net::Loop& loop, std::unique_ptr<net::UnboundDns> its_dns, net::TlsTrust trust, http::ClientOptions options)
      : dns(std::move(its_dns)), client(loop, *dns, std::move(trust), std::move(options)) {}
  std::unique_ptr<net::UnboundDns> dns;
  http::Client client;
};

PushClient::PushClient(net::Loop& loop, std::string ca_file, bool allow_private, std::string dns_server)
    : loop_(loop), ca_file_(std::move(ca_file)), allow_private_(allow_private), dns_server_(std::move(dns_server)) {}
PushClient::~PushClient() = default;

Result<std::unique_ptr<PushClient::Made>> PushClient::make() const {
  auto trust = net::TlsTrust::make(ca_file_);
  if (!trust) return trust.error();
  auto dns = net::UnboundDns::make(loop_, {.server = dns_server_});
  if (!dns) return dns.error();
  http::ClientOptions options;
  if (!allow_private_) options.guard = net::AddressGuard::public_only();
  return std::make_unique<Made>(loop_, std::move(*dns), std::move(*trust), std::move(options));
}

http::Exchange PushClient::fetch(http::ClientRequest request, http::Client::Done done) {
  if (!made_) {
    auto made = make();
    if (!made) {
      log::error("push", "Pushes can't be sent", {{"why", made.error().text}});
      loop_.post([done = std::move(done), error = made.error()] { done(error); });
      return {};
    }
    made_ = std::move(*made);
  }
  return made_->client.fetch(std::move(request), std::move(done));
}

}  // namespace teahouse
