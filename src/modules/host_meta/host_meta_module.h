// HostMetaModule: tells clients in browsers, which can't ask DNS, where a tenant's WebSocket and its BOSH
// are.
//
// They are where public.url says; without it, at the name and port of a request that came over TLS. A suspended
// tenant's clients are told too: the stream says why they can't log in.
//
// Thread: its home loop.
// Errors: item_not_found where no address under TLS is known.
// Spec: XEP-0156; RFC 6415.
#pragma once

#include <string>

#include "server/module_context.h"

namespace teahouse {

class HostMetaModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;

 private:
  // "://shop.example", behind a scheme of TLS; empty where none is known.
  std::string find_origin(const Host& host, const http::Request& request) const;

  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse
