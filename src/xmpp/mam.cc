#include "xmpp/mam.h"

#include "base/clock.h"
#include "xml/writer.h"
#include "xmpp/data_form.h"
#include "xmpp/date_time.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

Result<int64_t> parse_time_field(const FormField& field) {
  if (const auto time = parse_time(field.value())) return *time;
  return Error{ErrorKind::bad_request, "The field '" + field.var + "' is no date and time (XEP-0082)."};
}

Result<void> read_field(MamQuery& query, const FormField& field) {
  if (field.var == "FORM_TYPE") return {};
  if (field.var == "with") {
    auto with = Jid::parse(field.value());
    if (!with) return Error{ErrorKind::jid_malformed, "The field 'with': " + with.error().text};
    query.with = std::move(*with);
  } else if (field.var == "start" || field.var == "end") {
    const auto time = parse_time_field(field);
    if (!time) return time.error();
    (field.var == "start" ? query.start_ms : query.end_ms) = *time;
  } else if (field.var == "after-id") {
    query.after_id = field.value();
  } else if (field.var == "before-id") {
    query.before_id = field.value();
  } else if (field.var == "ids") {
    if (field.values.empty() || field.values.size() > MamQuery::ids_max) {
      return Error{ErrorKind::bad_request, "The field 'ids' takes 1 to 100 values."};
    }
    query.ids = field.values;
  } else if (field.var == "include-groupchat") {
    query.include_groupchat = field.boolean();
    if (!query.include_groupchat) return Error{ErrorKind::bad_request, "'include-groupchat' is no boolean."};
  } else {
    return Error{ErrorKind::feature_not_implemented, "The archive cannot search by '" + field.var + "'."};
  }
  return {};
}

}  // namespace

Result<MamQuery> parse_mam_query(const xml::Element& element) {
  MamQuery query;
  query.queryid = element.attribute("queryid").value_or("");
  if (query.queryid.size() > MamQuery::queryid_bytes_max) {
    return Error{ErrorKind::bad_request, "The queryid is too long."};
  }
  query.flip_page = element.child("flip-page", ns::mam).has_value();
  auto rsm = parse_rsm_of(element);
  if (!rsm) return rsm.error();
  query.rsm = std::move(*rsm);
  const auto x = element.child("x", ns::data_forms);
  if (!x) return query;
  const auto form = DataForm::read(*x);
  if (!form) return form.error();
  if (form->type() != DataForm::Type::submit || form->form_type() != ns::mam) {
    return Error{ErrorKind::bad_request, "The query's form must be of type submit and FORM_TYPE urn:xmpp:mam:2."};
  }
  for (const auto& field : form->fields()) {
    const auto read = read_field(query, field);
    if (!read) return read.error();
  }
  return query;
}

std::string make_mam_form() {
  DataForm form(DataForm::Type::form, ns::mam);
  form.add("with", "jid-single", {});
  form.add("start", "text-single", {});
  form.add("end", "text-single", {});
  form.add("before-id", "text-single", {});
  form.add("after-id", "text-single", {});
  form.add("ids", "list-multi", {}).open = true;
  form.add("include-groupchat", "boolean", {});
  std::string out;
  xml::Writer writer(out);
  writer.open("query", ns::mam);
  form.write(writer);
  writer.close();
  return out;
}

std::string make_mam_result(std::string_view queryid, std::string_view id, int64_t wall_ms, std::string_view message) {
  std::string out;
  out.reserve(message.size() + 320);
  xml::Writer writer(out);
  writer.open("result", ns::mam);
  if (!queryid.empty()) writer.attribute("queryid", queryid);
  writer.attribute("id", id);
  writer.open("forwarded", ns::forward);
  writer.open("delay", ns::delay).attribute("stamp", format_time(wall_ms)).close();
  writer.raw(message).close().close();
  return out;
}

std::string make_mam_fin(const RsmAnswer& page, bool complete, bool stable) {
  std::string out;
  xml::Writer writer(out);
  writer.open("fin", ns::mam);
  if (complete) writer.attribute("complete", "true");
  if (!stable) writer.attribute("stable", "false");
  write_rsm(writer, page);
  writer.close();
  return out;
}

std::string make_mam_metadata(const std::optional<MamEnd>& first, const std::optional<MamEnd>& last) {
  std::string out;
  xml::Writer writer(out);
  writer.open("metadata", ns::mam);
  const auto write_end = [&](const char* name, const MamEnd& end) {
    writer.open(name).attribute("id", end.id).attribute("timestamp", format_time(end.wall_ms)).close();
  };
  if (first && last) {
    write_end("start", *first);
    write_end("end", *last);
  }
  writer.close();
  return out;
}

}  // namespace teahouse
