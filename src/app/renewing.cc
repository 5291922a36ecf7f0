#include "app/renewing.h"

#include <algorithm>

#include "http/message.h"
#include "tenant/whole_file.h"

namespace teahouse {
namespace {

// The timer is its own keeper, until a turn after it has called.
void run_later(net::Loop& loop, int64_t ms, std::function<void()> work) {
  const auto timer = std::make_shared<net::Timer>();
  *timer = loop.start_timer(ms, [&loop, timer, work = std::move(work)] {
    loop.post([timer] { *timer = net::Timer(); });
    work();
  });
}

}  // namespace

Renewing::Renewing(Parts parts)
    : parts_(std::move(parts)),
      outside_(parts_.worker.loop(), {parts_.config.dns_server, parts_.config.acme_ca_file, true}) {}

Result<std::unique_ptr<Renewing>> Renewing::make(Parts parts) {
  std::unique_ptr<Renewing> made(new Renewing(std::move(parts)));  // tidy: allow new: the constructor is private
  auto ready = made->set_up();
  if (!ready) return ready.error();
  return made;
}

// A host that lies below a proved name is proved with it.
std::vector<acme::Renewals::Name> Renewing::wanted() const {
  std::vector<acme::Renewals::Name> names;
  for (const auto& [domain, proved] : parts_.domains.all_proved()) {
    const TenantPtr tenant = parts_.tenants.find(proved.tenant);
    if (!tenant || tenant->being_removed) continue;
    if (proved.use == domains::web_use) names.push_back({tenant, domain});
    for (const HostName& host : tenant->hosts) {
      if (host.domain == domain || host.domain.ends_with("." + domain)) names.push_back({tenant, host.domain});
    }
  }
  return names;
}

Result<acme::AuthoritySettings> Renewing::read_settings() const {
  const Config& config = parts_.config;
  acme::AuthoritySettings settings;
  settings.directory = config.acme_directory;
  settings.contact = config.acme_contact;
  settings.eab_key_id = config.acme_eab_key_id;
  settings.profile = config.acme_profile;
  if (config.acme_challenge == "tls-alpn-01") std::ranges::reverse(settings.challenges);
  if (config.acme_eab_secret_file.empty()) return settings;
  const auto secret = read_whole_file(config.acme_eab_secret_file);
  if (!secret) return Error{secret.error().kind, "The setting 'acme.eab_secret_file': " + secret.error().text};
  warn_of_open_key(config.acme_eab_secret_file);
  settings.eab_secret = std::string(http::trim(secret->substr(0, secret->find_first_of("\r\n"))));
  return settings;
}

Result<void> Renewing::set_up() {
  auto settings = read_settings();
  if (!settings) return settings.error();
  net::Loop& loop = parts_.worker.loop();
  acme::Wire wire{loop, parts_.clock,
                  [this](http::ClientRequest request, http::Client::Done done) {
                    return outside_.fetch(std::move(request), std::move(done));
                  },
                  [&loop](int64_t ms, std::function<void()> work) { run_later(loop, ms, std::move(work)); }};
  acme::Renewals::Parts parts{parts_.control,
                              parts_.certificates,
                              parts_.challenges,
                              parts_.seal_key,
                              [this] { return wanted(); },
                              [this](std::string name) { return parts_.worker.prober().has_address(std::move(name)); },
                              [this](const HostCertificate& certificate) { parts_.tenancy.use(certificate); },
                              [this, &loop](TenantPtr tenant, std::string action, std::string detail) {
                                return parts_.audit.note(loop, std::move(tenant), "acme", std::move(action),
                                                         std::move(detail));
                              }};
  renewals_ = std::make_unique<acme::Renewals>(std::move(wire), std::move(*settings), std::move(parts));
  parts_.tenancy.watch_certificates([this](const HostCertificate& certificate) { renewals_->note_shown(certificate); },
                                    [this](const std::string& domain) { renewals_->note_hidden(domain); });
  return renewals_->load();
}

}  // namespace teahouse
