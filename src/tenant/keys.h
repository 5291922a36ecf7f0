// Keys: what is secret of a tenant: its API keys and its signing secrets, which open its API, those of its components,
// and the external services whose credentials its users are given.
//
// A removed tenant's secrets leave memory with forget(); its id is never used again.
#pragma once

#include <string_view>
#include <vector>

#include "tenant/api_keys.h"
#include "tenant/component_secrets.h"
#include "tenant/external_services.h"
#include "tenant/signing_secrets.h"

namespace teahouse {

struct Keys {
  // `seal_key`: signing_secrets.h.
  Keys(store::ControlPlane& control, const Clock& clock, std::string_view seal_key)
      : api(control, clock),
        signing(control, clock, seal_key),
        services(control, clock, seal_key),
        components(control, clock, seal_key) {}
  static std::vector<store::Migration> migrations();
  Result<void> load_all();
  void forget(TenantId tenant);

  ApiKeys api;
  SigningSecrets signing;
  ExternalServices services;
  ComponentSecrets components;
};

// Is it an API key, a reseller's key or a signing secret, by its looks? One that stands where a site's public id
// belongs has become public.
bool is_secret(std::string_view text);
Error exposed_secret();

}  // namespace teahouse
