#include "modules/profile/vcard4.h"

#include <algorithm>

#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::profile {
namespace {

struct Names {
  const char* temp;
  const char* vcard4;
};
// A property with one value, whose type is the name of the element that holds it.
struct Plain {
  const char* temp;
  const char* vcard4;
  const char* value;
  const char* prefix = "";  // of the value in vCard4
};
constexpr Plain plain[] = {{"FN", "fn", "text"},        {"NICKNAME", "nickname", "text"},
                           {"BDAY", "bday", "date"},    {"TZ", "tz", "text"},
                           {"TITLE", "title", "text"},  {"ROLE", "role", "text"},
                           {"DESC", "note", "text"},    {"NOTE", "note", "text"},
                           {"URL", "url", "uri"},       {"JABBERID", "impp", "uri", "xmpp:"},
                           {"REV", "rev", "timestamp"}, {"PRODID", "prodid", "text"},
                           {"UID", "uid", "text"}};
constexpr Names name_parts[] = {
    {"FAMILY", "surname"}, {"GIVEN", "given"}, {"MIDDLE", "additional"}, {"PREFIX", "prefix"}, {"SUFFIX", "suffix"}};
constexpr Names address_parts[] = {{"POBOX", "pobox"},       {"EXTADD", "ext"},    {"STREET", "street"},
                                   {"LOCALITY", "locality"}, {"REGION", "region"}, {"PCODE", "code"},
                                   {"CTRY", "country"}};
constexpr Names types[] = {{"HOME", "home"},   {"WORK", "work"}, {"VOICE", "voice"}, {"FAX", "fax"},
                           {"PAGER", "pager"}, {"CELL", "cell"}, {"VIDEO", "video"}, {"MSG", "text"}};
// The properties that are told of in both forms, beside the plain ones.
constexpr Names structured[] = {{"N", "n"},
                                {"ADR", "adr"},
                                {"TEL", "tel"},
                                {"EMAIL", "email"},
                                {"GEO", "geo"},
                                {"ORG", "org"},
                                {"CATEGORIES", "categories"}};

bool is_told_in_both(const char* Names::*form, std::string_view name) {
  return std::any_of(std::begin(structured), std::end(structured),
                     [&](const Names& each) { return name == each.*form; }) ||
         std::any_of(std::begin(plain), std::end(plain),
                     [&](const Plain& each) { return name == (form == &Names::temp ? each.temp : each.vcard4); });
}

// The properties that only this form has a place for.
void write_kept(xml::Writer& writer, const std::optional<xml::Element>& before, const char* Names::*form,
                const char* ns) {
  if (!before) return;
  before->for_each_child([&](const xml::Element& child) {
    if (child.ns() == ns && is_told_in_both(form, child.name())) return;
    std::string xml;
    xml::write(xml, child, ns);
    writer.raw(xml);
  });
}

std::string text_of(const xml::Element& parent, std::string_view name) {
  return std::string(xml::trim(parent.child_text(name, parent.ns())));
}

// The first value of a vCard4 property, of whatever type.
std::string value_of(const xml::Element& property) {
  std::string value;
  property.for_each_child([&](const xml::Element& child) {
    if (value.empty() && child.name() != "parameters") value = xml::trim(child.text());
  });
  return value;
}

std::string without(std::string_view prefix, std::string value) {
  if (value.starts_with(prefix)) value.erase(0, prefix.size());
  return value;
}

// A telephone number that a URI can hold as it is.
bool is_dialled(std::string_view number) { return number.find_first_not_of("0123456789+-.()") == number.npos; }

// --- to vCard4

void write_parameters(xml::Writer& writer, const xml::Element& property) {
  const bool is_preferred = property.child("PREF", ns::vcard_temp).has_value();
  const auto has_type = [&](const Names& each) { return property.child(each.temp, ns::vcard_temp).has_value(); };
  const bool is_typed = std::any_of(std::begin(types), std::end(types), has_type);
  if (!is_preferred && !is_typed) return;
  writer.open("parameters");
  if (is_typed) {
    writer.open("type");
    for (const Names& each : types) {
      if (has_type(each)) writer.leaf("text", each.vcard4);
    }
    writer.close();
  }
  if (is_preferred) writer.open("pref").leaf("integer", "1").close();
  writer.close();
}

template <size_t count>
void write_parts_4(xml::Writer& writer, const xml::Element& property, const Names (&parts)[count]) {
  for (const Names& each : parts) {
    if (property.child(each.temp, ns::vcard_temp)) writer.leaf(each.vcard4, text_of(property, each.temp));
  }
}

void write_texts_4(xml::Writer& writer, const char* name, const xml::Element& property,
                   std::initializer_list<std::string_view> parts) {
  std::string texts;
  xml::Writer inner(texts);
  property.for_each_child([&](const xml::Element& child) {
    if (std::find(parts.begin(), parts.end(), child.name()) == parts.end()) return;
    const std::string text = child.text();
    if (!xml::trim(text).empty()) inner.leaf("text", xml::trim(text));
  });
  if (!texts.empty()) writer.open(name).raw(texts).close();
}

void write_property_4(xml::Writer& writer, const xml::Element& property) {
  const std::string_view name = property.name();
  for (const Plain& each : plain) {
    if (name != each.temp) continue;
    const std::string text = property.text();
    const std::string_view value = xml::trim(text);
    if (!value.empty()) writer.open(each.vcard4).leaf(each.value, each.prefix + std::string(value)).close();
    return;
  }
  if (name == "N") {
    writer.open("n");
    write_parts_4(writer, property, name_parts);
    writer.close();
  } else if (name == "ADR") {
    writer.open("adr");
    write_parameters(writer, property);
    write_parts_4(writer, property, address_parts);
    writer.close();
  } else if (name == "TEL") {
    const std::string number = text_of(property, "NUMBER");
    if (number.empty()) return;
    writer.open("tel");
    write_parameters(writer, property);
    is_dialled(number) ? writer.leaf("uri", "tel:" + number) : writer.leaf("text", number);
    writer.close();
  } else if (name == "EMAIL") {
    const std::string address = text_of(property, "USERID");
    if (address.empty()) return;
    writer.open("email");
    write_parameters(writer, property);
    writer.leaf("text", address).close();
  } else if (name == "GEO") {
    const std::string latitude = text_of(property, "LAT"), longitude = text_of(property, "LON");
    if (latitude.empty() || longitude.empty()) return;
    writer.open("geo").leaf("uri", "geo:" + latitude + ',' + longitude).close();
  } else if (name == "ORG") {
    write_texts_4(writer, "org", property, {"ORGNAME", "ORGUNIT"});
  } else if (name == "CATEGORIES") {
    write_texts_4(writer, "categories", property, {"KEYWORD"});
  }
}

// --- to vcard-temp

void write_types(xml::Writer& writer, const xml::Element& property) {
  const auto parameters = property.child("parameters", ns::vcard4);
  if (!parameters) return;
  std::string named;
  parameters->for_each_child([&](const xml::Element& parameter) {
    if (!parameter.is("type", ns::vcard4)) return;
    parameter.for_each_child(
        [&](const xml::Element& text) { named.append(" ").append(xml::trim(text.text())).append(" "); });
  });
  for (const Names& each : types) {
    if (named.find(' ' + std::string(each.vcard4) + ' ') != named.npos) writer.open(each.temp).close();
  }
  if (parameters->child("pref", ns::vcard4)) writer.open("PREF").close();
}

template <size_t count>
void write_parts_temp(xml::Writer& writer, const xml::Element& property, const Names (&parts)[count]) {
  for (const Names& each : parts) {
    if (property.child(each.vcard4, ns::vcard4)) writer.leaf(each.temp, text_of(property, each.vcard4));
  }
}

// The texts of a property, the first one by another name than those behind it.
void write_texts_temp(xml::Writer& writer, const char* name, const xml::Element& property, const char* first,
                      const char* further) {
  writer.open(name);
  bool is_first = true;
  property.for_each_child([&](const xml::Element& child) {
    if (!child.is("text", ns::vcard4)) return;
    const std::string text = child.text();
    writer.leaf(std::exchange(is_first, false) ? first : further, xml::trim(text));
  });
  writer.close();
}

void write_property_temp(xml::Writer& writer, const xml::Element& property) {
  const std::string_view name = property.name();
  for (const Plain& each : plain) {
    if (name != each.vcard4) continue;
    const std::string value = value_of(property);
    // An <impp/> may be of another network.
    if (!value.empty() && value.starts_with(each.prefix)) writer.leaf(each.temp, without(each.prefix, value));
    return;
  }
  if (name == "n") {
    writer.open("N");
    write_parts_temp(writer, property, name_parts);
    writer.close();
  } else if (name == "adr") {
    writer.open("ADR");
    write_types(writer, property);
    write_parts_temp(writer, property, address_parts);
    writer.close();
  } else if (name == "tel") {
    writer.open("TEL");
    write_types(writer, property);
    const auto uri = property.child("uri", ns::vcard4);
    writer.leaf("NUMBER", uri ? without("tel:", value_of(property)) : value_of(property)).close();
  } else if (name == "email") {
    writer.open("EMAIL").open("INTERNET").close();
    write_types(writer, property);
    writer.leaf("USERID", value_of(property)).close();
  } else if (name == "geo") {
    const std::string value = without("geo:", value_of(property));
    const size_t comma = value.find(',');
    if (comma == value.npos) return;
    writer.open("GEO").leaf("LAT", value.substr(0, comma));
    writer.leaf("LON", value.substr(comma + 1, value.find_first_of(",;", comma + 1) - comma - 1)).close();
  } else if (name == "org") {
    write_texts_temp(writer, "ORG", property, "ORGNAME", "ORGUNIT");
  } else if (name == "categories") {
    write_texts_temp(writer, "CATEGORIES", property, "KEYWORD", "KEYWORD");
  }
}

}  // namespace

std::string make_vcard_temp(const xml::Element& vcard4, const std::optional<xml::Element>& before) {
  std::string out;
  xml::Writer writer(out);
  writer.open("vCard", ns::vcard_temp);
  vcard4.for_each_child([&](const xml::Element& child) {
    if (child.ns() == ns::vcard4) write_property_temp(writer, child);
  });
  write_kept(writer, before, &Names::temp, ns::vcard_temp);
  writer.close();
  return out;
}

std::string make_vcard4(const xml::Element& vcard_temp, const std::optional<xml::Element>& before) {
  std::string inner;
  xml::Writer properties(inner);
  vcard_temp.for_each_child([&](const xml::Element& child) {
    if (child.ns() == ns::vcard_temp) write_property_4(properties, child);
  });
  write_kept(properties, before, &Names::vcard4, ns::vcard4);
  if (inner.empty()) return {};
  std::string out;
  xml::Writer(out).open("vcard", ns::vcard4).raw(inner).close();
  return out;
}

}  // namespace teahouse::profile
