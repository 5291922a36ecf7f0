// judge_certificate: what a server's certificate is worth to clients or to other servers; judge_tlsa: whether DNS says
// the same of it. Pure but for the trust's authorities; dates are the caller's.
//
// Spec: RFC 9525; RFC 6120 section 13.7; RFC 4985; RFC 7673 (TLSA).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/survey/places.h"
#include "net/peer_certificate.h"

namespace teahouse::survey {

inline constexpr int64_t soon_days = 14;  // until a certificate is over, before somebody is told

struct CertificateJudge {
  const net::TlsTrust& trust;
  net::ServerNames names;
  int64_t now_s = 0;
};

void judge_certificate(Survey& survey, const CertificateJudge& judge, const Target& target,
                       const std::vector<std::string>& chain);

// `answer`: the TLSA records of the target's host and port. Nothing is told where there are none and nobody vouches for
// that, as in most zones.
void judge_tlsa(Survey& survey, const CertificateJudge& judge, const Target& target, const DnsResult& answer,
                const std::vector<std::string>& chain);

}  // namespace teahouse::survey
