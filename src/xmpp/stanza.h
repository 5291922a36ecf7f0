// Stanza: a message, presence or iq: its header as values, its payload as shared bytes that are never written out
// again.
//
// A value: copying it copies the header and shares the payload. `to` and `from` are what will be written; the payload
// is everything between the stanza's tags, in the default namespace jabber:client, with no prefix bound outside it.
//
// Spec: RFC 6120 section 8.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "xml/document.h"
#include "xmpp/jid.h"

namespace teahouse {

enum class StanzaKind : uint8_t { message, presence, iq };

// The `type` attribute of all three kinds; `none` is its absence (a normal message, an available presence).
enum class StanzaType : uint8_t {
  none,
  chat,
  error,
  groupchat,
  headline,  // message; "normal" reads as none
  unavailable,
  subscribe,
  subscribed,
  unsubscribe,
  unsubscribed,
  probe,  // presence; and error
  get,
  set,
  result,  // iq; and error
};

const char* to_string(StanzaKind kind);
const char* to_string(StanzaType type);  // "" for none

class Stanza {
 public:
  StanzaKind kind;
  StanzaType type = StanzaType::none;
  std::optional<Jid> from, to;
  std::string id;    // empty: absent
  std::string lang;  // xml:lang; empty: absent
  // Never written: tells which of the accounts that have the address `from` one after the other sends it
  // (Account::incarnation); 0: not known.
  int64_t incarnation = 0;

  // Reads a top-level element that came over a stream. Its addresses are parsed (jid_malformed), its type must be known
  // for its kind (bad_request), and the namespaces that its payload needs to stand alone must not make it much longer
  // (policy_violation). REQUIRES: the element is one of the three kinds.
  static constexpr size_t added_declarations_bytes_max = 256 * 1024;
  static Result<Stanza> read(const xml::Document& document);
  // Reads a stanza that write(out, true) wrote and that was kept: one that was accepted once is read for ever, under
  // any plan. Errors: internal_server_error for bytes that are no stanza.
  static Result<Stanza> parse_stored(std::string bytes);
  static bool is_stanza(const xml::Element& element);  // message, presence or iq in jabber:client

  // Makes a stanza of our own; `payload` is well-formed XML in the default namespace jabber:client, or empty.
  static Stanza make(StanzaKind kind, StanzaType type, std::string payload);
  static Stanza make_reply(const Stanza& request, StanzaType type,
                           std::string payload);  // to and from exchanged, same id

  // The payload's elements: children of this.
  xml::Element root() const { return document_.root(); }
  std::optional<xml::Element> child(std::string_view name, std::string_view ns) const { return root().child(name, ns); }
  std::optional<xml::Element> first_child() const { return root().first_child(); }
  std::string_view payload() const { return payload_.view(); }

  // Adds an element of ours before the payload (stanza-id, delay, occupant-id). The element is in stamps(), not in
  // root().
  void stamp(std::string_view xml) { stamps_.append(xml); }
  const std::string& stamps() const { return stamps_; }
  // Leaves out each payload element for which this holds; text between elements goes too when something is left out.
  void remove_children(const std::function<bool(const xml::Element&)>& unwanted);

  // Appends the whole stanza. `with_namespace`: declares jabber:client on it (WebSocket, archive rows, forwarded
  // copies).
  void write(std::string& out, bool with_namespace = false) const;
  size_t approximate_bytes() const { return payload_.size() + stamps_.size() + 128; }  // as XML
  // The memory that it keeps, about; payloads that are shared with other stanzas included.
  size_t held_bytes() const { return sizeof(Stanza) + 512 + document_.held_bytes() + stamps_.capacity(); }
  // Gives back what reading it has reserved: for one that is kept.
  void shrink_to_fit() { document_.shrink_to_fit(); }

 private:
  Stanza(StanzaKind stanza_kind, xml::Document document, SharedBytes payload)
      : kind(stanza_kind), document_(std::move(document)), payload_(std::move(payload)) {}

  xml::Document document_;
  SharedBytes payload_;
  std::string stamps_;
};

// How the sender may react (RFC 6120 section 8.3.2).
enum class ErrorType { auth, cancel, continue_, modify, wait };
ErrorType default_type(ErrorKind kind);  // as RFC 6120 section 8.3.3 pairs them

// The error answer to a stanza: to and from exchanged, the payload is the error alone. `extra` is an
// application-specific condition as XML, put after the text.
Stanza make_error(const Stanza& cause, const Error& error, std::string_view extra = {});
Stanza make_error(const Stanza& cause, const Error& error, ErrorType type, std::string_view extra = {});
// The condition of an error stanza, such as service_unavailable; undefined_condition where it is missing.
ErrorKind read_error(const Stanza& stanza);

// An iq that asks for an answer.
inline bool is_request(const Stanza& stanza) {
  return stanza.kind == StanzaKind::iq && (stanza.type == StanzaType::get || stanza.type == StanzaType::set);
}
// A stanza that must not be answered by an error: an error itself, an iq result, or (RFC 6121 section 8.5) presence.
bool takes_no_error(const Stanza& stanza);

}  // namespace teahouse
