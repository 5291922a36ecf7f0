// judge_host_meta, judge_posh: what a domain's web server says of its XMPP server, as findings. Pure.
//
// Limits: files of web_bytes_max; JSON of depth 16; 20 links are looked at.
// Spec: XEP-0156 (host-meta), XEP-0487 (Host Meta 2), RFC 7711 (POSH).
#pragma once

#include "domains/survey/finding.h"
#include "http/client.h"

namespace teahouse::survey {

inline constexpr size_t web_bytes_max = 64 * 1024;
inline constexpr std::string_view host_meta_path = "/.well-known/host-meta",
                                  host_meta_json_path = "/.well-known/host-meta.json";
using WebAnswer = Result<http::ClientResponse>;

void judge_host_meta(Survey& survey, const std::string& url, const WebAnswer& answer);
void judge_host_meta_json(Survey& survey, const std::string& url, const WebAnswer& answer);
// `chains`: what the servers show to other servers, certificate by certificate. One that authorities do not vouch for
// may be believed by it.
void judge_posh(Survey& survey, const std::string& url, const WebAnswer& answer,
                const std::vector<std::vector<std::string>>& chains);

}  // namespace teahouse::survey
