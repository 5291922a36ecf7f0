#include "server/home.h"

namespace teahouse {

Home::Home(net::Loop& loop, Shared& shared)
    : loop_(loop), shared_(shared), archive_ids_(shared.data.arrivals(), loop.index(), shared.archive_id_secret) {
  http_routes_.know_kinds([this](std::string_view name) {
    const HostPtr host = find_http_host(name);
    return std::string(host ? to_string(host->kind) : std::string_view());
  });
  shared.homes.add(*this);
}
// Tickets of its own parts, and of the homes that end later, are let go of after this.
Home::~Home() { shared_.homes.remove(*this); }

// A browser asks for "xn--bcher-kva.example", which is served as "bücher.example".
HostPtr Home::find_http_host(std::string_view name) const {
  if (HostPtr host = hosts_.find(name)) return host;
  const auto domain = BareJid::parse(name);
  return domain && !domain->has_localpart() ? hosts_.find(domain->domainpart()) : nullptr;
}

void Home::set_tenant(const TenantPtr& tenant) {
  const HostPtr before = hosts_.find(tenant->domain());
  const uint64_t off = modules_.bits(tenant->modules_off);
  hosts_.set(tenant, off, modules_.options().read(tenant->module_options));
  const HostPtr host = hosts_.find(tenant->domain());
  if (before && before->tenant->id == tenant->id && before->modules_off != off) {
    begin_anew(*tenant);
    hooks_.tenant_removed.call_of(off & ~before->modules_off, tenant);
  }
  for (Resident* resident : residents_.of(tenant->id)) resident->set_host(host);
  if (tenant->suspended) {
    for (Session* session : residents_.sessions_of(tenant->id)) {
      sessions_.close(*session, "account-disabled", tenant->suspend_reason);
    }
  }
  hooks_.tenant_changed.call_at(*host, tenant);
}

// Its sessions began with other modules, whose state on them would be wrong.
void Home::begin_anew(const Tenant& tenant) {
  for (Session* session : residents_.sessions_of(tenant.id)) {
    sessions_.close(*session, "reset", "This server's features have changed.");
  }
  residents_.remove_tenant(tenant.id);
}

void Home::remove_tenant(const TenantPtr& tenant) {
  for (Session* session : residents_.sessions_of(tenant->id)) {
    session->take_undelivered();
    sessions_.close(*session, "host-gone", "This server was removed.");
  }
  residents_.remove_tenant(tenant->id);
  hosts_.remove(*tenant);
  hooks_.tenant_removed(tenant);
}

void Home::stop() {
  redelivery_.pass_on_waiting();
  hooks_.stopping();
  sessions_.close_all();
}

}  // namespace teahouse
