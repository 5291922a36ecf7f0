#include "server/c2s/xml_stream.h"

#include <utility>

#include "base/random.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

const char* condition_of(xml::StreamFault fault) {
  switch (fault) {
    case xml::StreamFault::not_well_formed: return "not-well-formed";
    case xml::StreamFault::bad_format: return "bad-format";
    case xml::StreamFault::restricted_xml: return "restricted-xml";
    case xml::StreamFault::unsupported_encoding: return "unsupported-encoding";
    case xml::StreamFault::policy_violation: return "policy-violation";
  }
  return "not-well-formed";
}

}  // namespace

std::string XmlStream::open(std::string_view to) {
  checker_.check();
  awaits_header_ = false;
  opened_ = true;
  std::string id = random_token(22);
  transport_->send_header({kind_.ns, std::string(events_.domain()), id, "en", std::string(to),
                           kind_.is_versioned ? "1.0" : "", kind_.declarations});
  return id;
}

void XmlStream::begin(std::string_view to) {
  checker_.check();
  opened_ = is_ours_ = true;
  transport_->send_header(
      {kind_.ns, std::string(events_.domain()), {}, "en", std::string(to), "1.0", kind_.declarations});
}

void XmlStream::restart() {
  awaits_header_ = true;
  opened_ = false;
  transport_->restart();
}

void XmlStream::start_tls(const net::TlsContexts& contexts, net::AskedPeers asked) {
  restart();
  transport_->start_tls("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", contexts, std::string(events_.domain()),
                        std::move(asked));
}

void XmlStream::begin_tls(const net::TlsClient& client) {
  restart();
  transport_->begin_tls(client);
}

void XmlStream::end(std::string_view condition, std::string_view text, std::string_view application) {
  checker_.check();
  if (std::exchange(over_, true)) return;
  rest_.stop();
  if (!opened_) open({});  // RFC 6120 section 4.9.1.2: an error before our header comes behind one
  std::string out;
  xml::Writer writer(out);
  writer.open("stream:error").attribute("xmlns:stream", ns::stream);
  writer.open(condition, ns::streams_error).close();
  if (!text.empty()) writer.leaf("text", text, ns::streams_error);
  writer.raw(application).close();
  transport_->send_error(condition, std::move(out));
  transport_->close();
  events_.on_over();
}

void XmlStream::close() {
  checker_.check();
  if (std::exchange(over_, true)) return;
  rest_.stop();
  transport_->close();
  events_.on_over();
}

void XmlStream::cut() {
  checker_.check();
  if (std::exchange(over_, true)) return;
  rest_.stop();
  transport_->cut();
  events_.on_over();
}

void XmlStream::abort(std::string_view why) {
  transport_->abort();
  on_gone(why);
}

void XmlStream::on_header(const xml::Element& header, std::string_view default_ns) {
  checker_.check();
  if (over_) return;
  if (!awaits_header_) return end("bad-format", "The stream has its header already.");
  if (!check_header(header, default_ns)) return;
  if (is_ours_) awaits_header_ = false;
  events_.on_header(header);
}

// RFC 6120 section 4.7 and 4.9.3; RFC 7395 section 3.3.
bool XmlStream::check_header(const xml::Element& header, std::string_view default_ns) {
  if (!transport_->is_over_http()) {
    if (header.ns() != ns::stream || default_ns != kind_.ns) {
      end("invalid-namespace", std::string("A ")
                                   .append(kind_.name)
                                   .append(" stream is <stream:stream> with the default namespace ")
                                   .append(kind_.ns)
                                   .append("."));
      return false;
    }
    if (header.name() != "stream") {
      end("bad-format", "A stream begins with <stream:stream>.");
      return false;
    }
  }
  if (kind_.is_versioned && !header.attribute("version").value_or("").starts_with("1.")) {
    end("unsupported-version", "This server speaks XMPP 1.0: the stream header needs version='1.0'.");
    return false;
  }
  return true;
}

void XmlStream::on_element(xml::Document document) {
  checker_.check();
  if (over_) return;
  if (document.root().is("error", ns::stream)) {
    events_.on_peer_error(document.root());
    close();  // RFC 6120 section 4.9.1.1: to be told of an error is to close, and to say no more
  } else if (awaits_header_) {
    end("bad-format", "A stream begins with its header.");
  } else {
    events_.on_element(std::move(document));
  }
  if (!over_) wait_for_reader();
}

void XmlStream::wait_for_reader() {
  if (unread_ || queued_bytes() <= unread_bytes_max_) return;
  unread_ = true;
  transport_->hold();
}

void XmlStream::rest(net::Loop& loop, int64_t pause_ms) {
  if (over_ || rest_.running()) return;
  transport_->hold();
  rest_ = loop.start_timer(pause_ms, [this, kept = share()] {
    // The bytes read now may start the timer anew, which ends this one and what it holds.
    const auto still = kept;  // NOLINT(performance-unnecessary-copy-initialization)
    XmlStream* const self = this;
    self->rest_.stop();
    self->transport_->release();
  });
}

void XmlStream::on_drained() {
  events_.on_drained();
  if (std::exchange(unread_, false) && !over_) transport_->release();
}

void XmlStream::on_fault(xml::StreamFault fault, const std::string& text) { end(condition_of(fault), text); }

void XmlStream::on_gone(std::string_view why) {
  over_ = true;
  events_.on_gone(why);
}

}  // namespace teahouse::c2s
