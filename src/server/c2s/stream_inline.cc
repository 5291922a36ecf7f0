// The part of a stream between a client that is known by SASL2 and its <success/>, which tells what came of all that it
// asked for with its login. It goes in this order:
//
// 1. <resume/>: if that succeeds nothing else is looked at (XEP-0198 section 6.2).
// 2. <bind/>: the session is bound, and what is in <bind/> is switched on, in one turn; it misses nothing from then on.
// 3. Answers: what modules say of it in <bound/> may have to be read. The session has no stream meanwhile, and what is
//    delivered to it waits.
// 4. Success: the stream is attached, and what waited follows <success/>.
//
// Nothing is read from the client before that.
#include "account/device_id.h"
#include "base/peer_error.h"
#include "base/random.h"
#include "server/c2s/features.h"
#include "server/c2s/stream.h"
#include "server/device_sessions.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

// RFC 6120 section 4.9.3 has a name for one of the errors alone.
std::string_view stream_condition_of(const Error& error) {
  return error.kind == ErrorKind::resource_constraint ? "resource-constraint" : "internal-server-error";
}

}  // namespace

void Stream::begin_inline() {
  const auto resume = identity_->request->find("resume", ns::sm);
  if (resume) return management_.on_element(clients_->home(), *identity_, *resume);
  on_resume_failed({});
}

void Stream::on_resumed(Session& session, std::string resumed) {
  note_login(session);
  if (identity_->is_shut_out()) {
    clients_->home().loop().post([&home = clients_->home(), device = identity_->device, jid = identity_->account,
                                  certificate = identity_->certificate] {
      if (certificate != 0) return end_certificate_sessions(home, jid, certificate);
      end_device_sessions(home, jid, device);
    });
  }
  if (identity_->request) {
    resumed = make_sasl2_success(
        {identity_->success_data, session.jid().str(), std::move(resumed), std::move(identity_->token)});
  }
  serve(session);
  xml_.send(std::move(resumed));
}

void Stream::on_resume_failed(std::string failed) {
  if (!identity_->request) return xml_.send(std::move(failed));
  resume_failed_ = std::move(failed);
  if (const auto wish = identity_->request->find("bind", ns::bind2)) return bind_inline(*wish);
  xml_.send(make_sasl2_success(
      {identity_->success_data, identity_->account.str(), std::move(resume_failed_), std::move(identity_->token)}));
  identity_->request.reset();  // what follows is as after any login
  xml_.send(make_account_features(offered()));
}

// The client's tag stands before what the server gives; a tag that can't be part of a resource is left out.
void Stream::bind_inline(const xml::Element& wish) {
  const std::string own = identity_->device.empty() ? random_token(device_id_characters) : identity_->device;
  const std::string tag = wish.child_text("tag", ns::bind2);
  std::string resource = tag.empty() ? own : tag + '/' + own;
  if (!identity_->account.with_resource(resource)) resource = own;
  bind(resource, Others::of_device_end, [this, wish](Result<Session*> session) {
    if (!session) return end(stream_condition_of(session.error()), for_peer(session.error()).text);
    bound_inline(**session, wish);
  });
}

void Stream::bound_inline(Session& session, const xml::Element& wish) {
  Home& home = clients_->home();
  std::string bound;
  wish.for_each_child([&](const xml::Element& feature) {
    if (feature.is("enable", ns::sm)) {
      bound += management_.enable(session, feature);
    } else if (const auto* switch_on = home.hooks().find_bind_feature(*session.resident().host(), feature)) {
      (*switch_on)(session);
    }
  });
  xml_.transport().hold();
  spawn(tell_bound(shared_from_this(), session.number(), std::move(bound)));
}

// Before the new session is counted: a device that comes back again and again, as on a bad line, takes its own place,
// and neither fills the account's nor is refused for it. Two programs that say they are the same one throw each other
// out by that; a client that is told of a conflict does not come back by itself.
void Stream::end_others_of_device(const Resident& resident) {
  if (identity_->device.empty()) return;
  const uint64_t device = device_number(identity_->device);
  std::vector<uint64_t> others;
  for (const auto& each : resident.sessions()) {
    if (each->device() == device) others.push_back(each->number());
  }
  for (const uint64_t number : others) {
    Session* other = clients_->home().sessions().find(number);
    if (other) clients_->home().sessions().close(*other, "conflict", "The same device has logged in again.");
  }
}

Task<void> Stream::tell_bound(std::shared_ptr<Stream> self, uint64_t number, std::string bound) {
  Home& home = self->clients_->home();
  Session* session = home.sessions().find(number);
  const HostPtr host = self->host_;
  const store::ArchiveId now = home.make_arrival().id;
  const auto answers = home.hooks().bind_answers;  // modules may come and go meanwhile
  for (const auto& each : answers) {
    if (session && each.is_at(*host)) bound += co_await each.hook(*session, now);
    session = home.sessions().find(number);
  }
  if (self->xml_.is_over()) {
    if (session) home.sessions().close(*session);
  } else if (!session) {
    self->end("conflict", "The session ended before it began.");
  } else {
    self->begin_session(*session, bound);
  }
  self->xml_.transport().release();
}

void Stream::begin_session(Session& session, const std::string& bound) {
  std::string results = std::move(resume_failed_);
  xml::Writer(results).open("bound", ns::bind2).raw(bound).close();
  xml_.send(make_sasl2_success(
      {identity_->success_data, session.jid().str(), std::move(results), std::move(identity_->token)}));
  serve(session);
  xml_.send(make_bound_features(offered()));
  session.attach(this);
  session.flush();
}

}  // namespace teahouse::c2s
