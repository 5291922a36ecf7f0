// The part of a stream after its login: its client binds a resource or resumes a session, and then it carries stanzas.
#include "account/device_id.h"
#include "server/account_switch.h"
#include "server/c2s/stream.h"
#include "server/ghosts.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {

void Stream::on_authenticated(const xml::Document& document) {
  const xml::Element element = document.root();
  if (StreamManagement::is_element(element)) return management_.on_element(clients_->home(), *identity_, element);
  if (!Stanza::is_stanza(element)) return end("unsupported-stanza-type", "Bind a resource first.");
  auto stanza = Stanza::read(document);
  const auto query = element.first_child();
  if (!stanza || stanza->kind != StanzaKind::iq || stanza->type != StanzaType::set || !query ||
      !query->is("bind", ns::bind)) {
    return end("not-authorized", "Bind a resource before you send other stanzas.");
  }
  bind(query->child_text("resource", ns::bind), Others::stay,
       [this, request = std::move(*stanza)](Result<Session*> session) {
         if (session) return bound(**session, request);
         xml_.send(make_error(request, session.error()));
       });
}

// The account may be in another incarnation by now, or gone; then the stream ends.
void Stream::bind(std::string resource, Others others, OnBound answer) {
  xml_.transport().hold();
  Home& home = clients_->home();
  const BareJid account = identity_->account;
  home.residents().with(account, [self = shared_from_this(), resource = std::move(resource), others,
                                  answer = std::move(answer), &home](Result<Resident*> found) {
    if (self->xml_.is_over()) return;
    const auto tell = [&self, &answer](Result<Session*> session) {
      self->room_.reset();
      answer(std::move(session));
      self->xml_.transport().release();
    };
    if (!found && found.error().kind != ErrorKind::item_not_found) return tell(found.error());
    const Identity& client = *self->identity_;
    const bool is_another =  // of the same name
        client.removals != count_removals(home.shared(), *self->host_, std::string(client.account.localpart()));
    if (!found || is_another || (*found)->tenant().suspended) {
      self->end("not-authorized", "This account is not there any more.");
      return;
    }
    if ((*found)->tenant().disabled->has((*found)->jid().localpart())) {
      return self->end("account-disabled", disabled_text);
    }
    if (client.is_shut_out()) return self->end("not-authorized", "This client was shut out while it logged in.");
    Resident& resident = **found;
    if (others == Others::of_device_end) self->end_others_of_device(resident);
    auto session = home.sessions().bind(resident, resource);
    if (session) self->note_login(**session);
    const auto crowd = session ? std::nullopt : find_full_crowd(resident);
    if (!crowd) return tell(std::move(session));
    self->room_ =
        make_space(home, *crowd, [self = self.get(), resource, others, answer, error = session.error()](bool made) {
          if (self->xml_.is_over()) return;
          if (made) {
            self->bind(resource, others, answer);
          } else {
            answer(error);
          }
          self->xml_.transport().release();
        });
  });
}

// How its client came in, by which it can be shut out.
void Stream::note_login(Session& session) const {
  if (!identity_->device.empty()) session.set_device(device_number(identity_->device));
  if (identity_->certificate != 0) session.set_certificate(identity_->certificate);
  session.set_by_site(identity_->is_by_site);
}

void Stream::bound(Session& session, const Stanza& request) {
  serve(session);
  session.attach(this);
  std::string payload;
  xml::Writer(payload).open("bind", ns::bind).leaf("jid", session.jid().str()).close();
  xml_.send(Stanza::make_reply(request, StanzaType::result, std::move(payload)));
}

void Stream::serve(Session& session) {
  session_ = &session;
  state_ = State::bound;
  identity_.reset();
  clock_.stop();
  xml_.set_unread_bytes_max(2 * Session::out_queue_bytes_max);
}

void Stream::on_bound(const xml::Document& document) {
  if (!session_) return;
  const xml::Element element = document.root();
  intake_.count(*session_, document.bytes().size());
  if (StreamManagement::is_element(element)) {
    management_.on_element(*session_, element);
  } else if (Stanza::is_stanza(element)) {
    // A stanza that the home refuses is not counted, nor are those that follow: the client sends them again.
    if (!clients_->home().refuses_more()) intake_.on_stanza(*session_, document);
  } else if (const auto* handle = clients_->home().hooks().find_nonza(*session_->resident().host(), element)) {
    (*handle)(*session_);
  } else {
    end("unsupported-stanza-type", "A stream carries message, presence and iq stanzas.");
  }
}

}  // namespace teahouse::c2s
