#include "modules/jingle/jingle_module.h"

#include "account/user_id.h"
#include "modules/jingle/call_page.h"

namespace teahouse {
namespace {

using jingle::CallRequest;

constexpr int64_t video_choice = 0, audio_choice = 1;  // of the option `calls`

std::optional<Error> check_sender(const CallRequest& request, const CallRules& rules, const Host& host, bool is_guest) {
  if (rules.media == CallMedia::off)
    return Error{ErrorKind::not_allowed, "Calls are switched off at " + host.domain + "."};
  if (request.has_video && rules.media == CallMedia::audio) {
    return Error{ErrorKind::not_allowed, "Calls at " + host.domain + " are by voice alone. Call without video."};
  }
  if (is_guest && request.begins && !rules.guests_call) {
    return Error{ErrorKind::forbidden, "Guests of " + host.domain + " can't call. Sign in, or write."};
  }
  return std::nullopt;
}

std::optional<Error> check_receiver(const CallRequest& request, CallMedia media, const Host& host) {
  if (media == CallMedia::off) {
    return Error{ErrorKind::service_unavailable, "Calls are switched off at " + host.domain + "."};
  }
  if (request.has_video && media == CallMedia::audio) {
    return Error{ErrorKind::not_acceptable, "Calls at " + host.domain + " are by voice alone. Call without video."};
  }
  return std::nullopt;
}

}  // namespace

const ModuleInfo& JingleModule::info() const {
  static const ModuleInfo info{
      .name = "jingle",
      .summary = "What of calls a tenant's users have: pictures, voice alone or none, and whether guests call.",
      .options = {OptionInfo::choice("calls", {"video", "audio", "off"},
                                     "The most that the tenant's users may do of calls, with each other and with "
                                     "others: pictures too, voice alone, or nothing. A call for more is refused."),
                  OptionInfo::flag("guests_call", false,
                                   "May the visitors of a site, who have not signed in, begin calls? They may take one "
                                   "in any case.")},
      .metrics = {
          {"refused", MetricInfo::Kind::counter, "Calls that were refused because a tenant does not have them."}}};
  return info;
}

void JingleModule::attach(ModuleContext& context) {
  context_ = &context;
  refused_ = &context.count_as("refused");
  jingle::add_call_page(context);
  for (const StanzaKind kind : {StanzaKind::message, StanzaKind::iq}) {
    context.on_outbound(OutboundPhase::guard, kind, [this](const Outbound& outbound) { return send(outbound); });
    context.on_inbound(InboundPhase::guard, kind, [this](const Inbound& inbound) {
      return inbound.is_late ? Flow::go_on : receive(inbound.resident.host(), inbound.stanza, inbound.ticket);
    });
  }
  context.on(&Hooks::at_nobody, [this](const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket) {
    return receive(host, stanza, ticket);
  });
}

CallRules JingleModule::rules(const Host& host) const {
  return {media(host), context_->option<bool>(host, "guests_call")};
}

CallMedia JingleModule::media(const Host& host) const {
  const auto choice = context_->option<int64_t>(host, "calls");
  return choice == video_choice ? CallMedia::video : choice == audio_choice ? CallMedia::audio : CallMedia::off;
}

// Where all calls may pass, which is the rule, no stanza is searched for one: most are messages, and each is seen
// twice.
Flow JingleModule::send(const Outbound& outbound) {
  const Host& host = *outbound.resident.host();
  const bool is_guest = outbound.resident.jid().localpart().starts_with(guest_id_prefix);
  if (!is_guest && media(host) == CallMedia::video) return Flow::go_on;
  const auto request = jingle::find_call_request(outbound.stanza);
  if (!request) return Flow::go_on;
  const auto error = check_sender(*request, rules(host), host, is_guest);
  if (!error) return Flow::go_on;
  if (!outbound.session) return refuse(outbound.stanza, outbound.ticket, *error);
  ++*refused_;
  if (outbound.ticket) outbound.ticket->refuse(*error);
  outbound.session->deliver(make_error(outbound.stanza, *error));  // to it alone, as nobody else has heard of the call
  return Flow::stop;
}

// Messages of a room's are its history, and no request of an occupant's that could be refused for all.
Flow JingleModule::receive(const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket) {
  if (stanza.type == StanzaType::groupchat) return Flow::go_on;
  const CallMedia media = this->media(*host);
  if (media == CallMedia::video) return Flow::go_on;
  const auto request = jingle::find_call_request(stanza);
  if (!request) return Flow::go_on;
  const auto error = check_receiver(*request, media, *host);
  return error ? refuse(stanza, ticket, *error) : Flow::go_on;
}

Flow JingleModule::refuse(const Stanza& stanza, const TicketPtr& ticket, const Error& error) {
  ++*refused_;
  context_->refuse(stanza, ticket, error);
  return Flow::stop;
}

}  // namespace teahouse
