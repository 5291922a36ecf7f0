// judge_urgency: can a stanza wait until the client's user looks again, or something comes that can't?
//
// Presence can, but for subscriptions and for a room's answer to a join, and only a contact's last one is needed. A
// message can where it holds nothing that is kept for later: chat states and what only accompanies them, a copy of such
// a one, a headline with the news of a pubsub node. Everything else can't, so that a crash loses nothing that is held.
//
// Spec: XEP-0352 section 4.
#pragma once

#include "server/session.h"

namespace teahouse {

Session::Urgency judge_urgency(const Stanza& stanza);

}  // namespace teahouse
