// judge_stream: what one stream came to, as findings. Pure.
//
// Spec: RFC 6120 section 5.3.1 (TLS), RFC 7590; XEP-0368 (ALPN), XEP-0440 (channel binding), XEP-0220 (dialback).
#pragma once

#include "domains/survey/stream_probe.h"

namespace teahouse::survey {

void judge_stream(Survey& survey, const Place& place, const Probed& probed);

}  // namespace teahouse::survey
