// The part of a stream after its login: its client binds a resource or resumes a session, and then it carries stanzas.
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
  bind(*stanza, query->child_text("resource", ns::bind));
}

void Stream::bind(const Stanza& request, std::string resource) {
  xml_.transport().hold();
  Home& home = clients_->home();
  const BareJid account = identity_->account;
  home.with_resident(account, [self = shared_from_this(), request, resource = std::move(resource),
                               &home](Result<Resident*> found) {
    if (self->xml_.is_over()) return;
    if (!found && found.error().kind != ErrorKind::item_not_found) return self->refuse_bind(request, found.error());
    const Identity& client = *self->identity_;
    const bool is_another =  // of the same name
        client.removals != count_removals(home.house(), *self->host_, std::string(client.account.localpart()));
    if (!found || is_another || (*found)->tenant().suspended) {
      self->end("not-authorized", "This account is not there any more.");
      return;
    }
    Resident& resident = **found;
    auto session = home.bind(resident, resource);
    if (session) return self->bound(**session, request);
    const auto crowd = find_full_crowd(resident);
    if (!crowd) return self->refuse_bind(request, session.error());
    self->room_ = make_room(home, *crowd, [self = self.get(), request, resource, error = session.error()](bool made) {
      if (self->xml_.is_over()) return;
      if (!made) return self->refuse_bind(request, error);
      self->bind(request, resource);
      self->xml_.transport().release();
    });
  });
}

void Stream::bound(Session& session, const Stanza& request) {
  serve(session);
  session.attach(this);
  room_.reset();
  std::string payload;
  xml::Writer(payload).open("bind", ns::bind).leaf("jid", session.jid().str()).close();
  xml_.send(Stanza::make_reply(request, StanzaType::result, std::move(payload)));
  xml_.transport().release();
}

void Stream::serve(Session& session) {
  session_ = &session;
  state_ = State::bound;
  identity_.reset();
  clock_.stop();
  xml_.set_unread_bytes_max(2 * Session::out_queue_bytes_max);
}

void Stream::refuse_bind(const Stanza& request, const Error& error) {
  xml_.send(make_error(request, error));
  xml_.transport().release();
}

void Stream::on_bound(const xml::Document& document) {
  if (!session_) return;
  const xml::Element element = document.root();
  intake_.count(*session_, document.bytes().size());
  if (StreamManagement::is_element(element)) {
    management_.on_element(*session_, element);
  } else if (clients_->home().refuses_more()) {
    return;  // not counted, nor is what follows: it is sent again
  } else if (!Stanza::is_stanza(element)) {
    end("unsupported-stanza-type", "A stream carries message, presence and iq stanzas.");
  } else {
    intake_.on_stanza(*session_, document);
  }
}

}  // namespace teahouse::c2s
