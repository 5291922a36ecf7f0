// The features that a stream offers its client, before it is authenticated and after.
//
// Spec: RFC 6120 section 4.3.2, XEP-0440 (channel bindings).
#pragma once

#include <string>

#include "sasl/mechanisms.h"

namespace teahouse::c2s {

struct FirstFeatures {
  bool starttls = false;
  bool tls_required = false;  // and nothing else is offered before it
  bool registration = false;
  const sasl::Offer& offer;
};

std::string make_features(const FirstFeatures& features);
// Of a stream that is authenticated.
std::string make_account_features();

}  // namespace teahouse::c2s
