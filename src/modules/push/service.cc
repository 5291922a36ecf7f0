#include "modules/push/service.h"

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "xml/writer.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"

namespace teahouse::push {
namespace {

constexpr size_t service_id_bytes = 12;
constexpr char publish_options[] = "http://jabber.org/protocol/pubsub#publish-options";

std::string make_id(const Jid& jid, std::string_view node) {
  return crypto::to_base64url(crypto::sha256(jid.str() + '\0' + std::string(node)).substr(0, service_id_bytes));
}

Result<Jid> read_jid(const xml::Element& element) {
  const auto text = element.attribute("jid");
  if (!text || text->empty()) return bad_request("Name the push service by the attribute 'jid' (XEP-0357).");
  auto jid = Jid::parse(*text);
  if (!jid) return Error{ErrorKind::jid_malformed, "The attribute 'jid' is no address: " + jid.error().text};
  return jid;
}

// The form in few words of ours.
Result<std::string> read_options(const xml::Element& x) {
  const auto form = DataForm::read(x);
  if (!form) return form.error();
  if (form->form_type() != publish_options) {
    return bad_request(
        "The form of <enable/> must be of publish-options (XEP-0060): its FORM_TYPE says something else.");
  }
  if (form->fields().size() > fields_max) return bad_request("Publish-options have at most 20 fields.");
  DataForm kept(DataForm::Type::submit, publish_options);
  for (const FormField& field : form->fields()) {
    if (field.var != "FORM_TYPE") kept.add(field.var, {}, {}).values = field.values;
  }
  std::string written;
  xml::Writer writer(written);
  kept.write(writer);
  if (written.size() > options_bytes_max) return bad_request("Publish-options have at most 4,096 bytes.");
  return written;
}

}  // namespace

Result<Service> read_enable(const xml::Element& enable, int64_t now_ms) {
  auto jid = read_jid(enable);
  if (!jid) return jid.error();
  std::string node(enable.attribute("node").value_or(""));
  if (node.size() > node_bytes_max) return bad_request("A node's name has at most 1,024 bytes.");
  const auto x = enable.child("x", ns::data_forms);
  auto options = x ? read_options(*x) : Result<std::string>(std::string());
  if (!options) return options.error();
  std::string id = make_id(*jid, node);
  return Service{std::move(id), std::move(*jid), std::move(node), std::move(*options), false, now_ms};
}

Result<Disabled> read_disable(const xml::Element& disable) {
  auto jid = read_jid(disable);
  if (!jid) return jid.error();
  const auto node = disable.attribute("node");
  return Disabled{std::move(*jid), node ? std::optional<std::string>(*node) : std::nullopt};
}

// As section 8 of the XEP shows it, and as XEP-0060 section 8.9.4 has it since.
std::optional<Disabled> read_affiliation_end(const Stanza& message, std::string_view account) {
  if (!message.from) return std::nullopt;
  const auto pubsub = message.child("pubsub", ns::pubsub);
  if (!pubsub) return std::nullopt;
  const auto list = pubsub->child("affiliations", ns::pubsub);
  const xml::Element& holder = list ? *list : *pubsub;
  const auto node = holder.attribute("node");
  const auto affiliation = holder.child("affiliation", ns::pubsub);
  if (!node || !affiliation || affiliation->attribute("jid") != account) return std::nullopt;
  const std::string_view now = affiliation->attribute("affiliation").value_or("");
  if (now != "none" && now != "outcast") return std::nullopt;
  return Disabled{*message.from, std::string(*node)};
}

std::string write_service(const Service& service) {
  std::string row;
  xml::Writer(row)
      .open("service")
      .attribute("jid", service.jid.str())
      .attribute("node", service.node)
      .attribute("text", service.shows_text ? "true" : "false")
      .attribute("created", std::to_string(service.created_ms))
      .raw(service.options)
      .close();
  return row;
}

Result<Service> read_service(std::string_view id, std::string row) {
  const auto document = xml::Document::parse_own(SharedBytes(std::move(row)));
  const Error wrong{ErrorKind::internal_server_error, "A push service's row can't be read."};
  if (!document) return wrong;
  const xml::Element element = document->root();
  const auto created = parse_decimal<int64_t>(element.attribute("created").value_or(""));
  auto service = read_enable(element, created.value_or(0));
  if (!service || service->id != id) return wrong;
  service->shows_text = element.attribute("text") == "true";
  return service;
}

std::string make_publish(const Service& service, const Summary& summary) {
  DataForm form(DataForm::Type::submit, summary_form);
  form.add("message-count", {}, {}, std::to_string(summary.messages));
  form.add("pending-subscription-count", {}, {}, std::to_string(summary.requests));
  if (service.shows_text && !summary.sender.empty()) {
    form.add("last-message-sender", {}, {}, summary.sender);
    if (!summary.body.empty()) form.add("last-message-body", {}, {}, std::string(cut(summary.body, body_bytes_max)));
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub).open("publish");
  if (!service.node.empty()) writer.attribute("node", service.node);
  writer.open("item").open("notification", services_ns);
  form.write(writer);
  writer.close().close().close();
  if (!service.options.empty()) writer.open("publish-options").raw(service.options).close();
  writer.close();
  return payload;
}

Answer read_answer(const Stanza& iq) {
  if (iq.type == StanzaType::result) return Answer::taken;
  switch (read_error(iq)) {
    case ErrorKind::remote_server_not_found:
    case ErrorKind::remote_server_timeout:
    case ErrorKind::recipient_unavailable:
    case ErrorKind::service_unavailable: return Answer::away;
    case ErrorKind::internal_server_error:
    case ErrorKind::resource_constraint: return Answer::later;
    default: break;
  }
  const auto error = iq.child("error", ns::client);
  return error && error->attribute("type") == "wait" ? Answer::later : Answer::never;
}

}  // namespace teahouse::push
