#include "modules/caps/features.h"

#include <algorithm>
#include <vector>

#include "crypto/encoding.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"

namespace teahouse::caps {
namespace {

constexpr std::pair<std::string_view, crypto::Hash> hash_names[] = {{"sha-256", crypto::Hash::sha256},
                                                                    {"sha-1", crypto::Hash::sha1}};

struct Info {
  std::vector<xml::Element> identities;
  std::vector<std::string> features;
  std::vector<DataForm> forms;
};

// False: the texts hold one of them twice.
bool sort_unique(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  return std::adjacent_find(texts.begin(), texts.end()) == texts.end();
}

std::string join(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

// XEP-0115 section 5.1 sorts texts before it ends each with '<': "a+b" comes after "a", although '+' comes before '<'.
std::string join_ended(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const std::string& text : texts) all.append(text).append("<");
  return all;
}

// Texts that are sorted by another that they begin with.
using Named = std::vector<std::pair<std::string, std::string>>;
std::string join_ended(Named texts) {
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const auto& [name, rest] : texts) all.append(name).append("<").append(rest);
  return all;
}

std::string_view lang_of(const xml::Element& identity) { return identity.attribute(ns::xml, "lang").value_or(""); }

std::optional<Info> read_info(const xml::Element& query) {
  Info info;
  bool is_right = query.is("query", ns::disco_info);
  query.for_each_child([&](const xml::Element& child) {
    if (child.is("identity", ns::disco_info)) {
      info.identities.push_back(child);
    } else if (child.is("feature", ns::disco_info)) {
      info.features.emplace_back(child.attribute("var").value_or(""));
    } else if (child.is("x", ns::data_forms)) {
      auto form = DataForm::read(child);
      is_right &= form.has_value();
      if (form) info.forms.push_back(std::move(*form));
    }
  });
  return is_right ? std::optional(std::move(info)) : std::nullopt;
}

// A form is left out where it has no hidden FORM_TYPE.
bool counts(const DataForm& form) {
  const FormField* type = form.find("FORM_TYPE");
  return type && type->type == "hidden" && type->values.size() == 1;
}

// The text that follows its FORM_TYPE.
std::string form_text(const DataForm& form) {
  Named fields;
  for (const FormField& field : form.fields()) {
    if (field.var != "FORM_TYPE") fields.emplace_back(field.var, join_ended(field.values));
  }
  return join_ended(std::move(fields));
}

// XEP-0115 section 5.1; none for what section 5.4 calls ill-formed.
std::optional<std::string> verification_text(Info info) {
  std::vector<std::string> identities, types;
  Named forms;
  for (const xml::Element& each : info.identities) {
    std::string text(each.attribute("category").value_or(""));
    text.append("/").append(each.attribute("type").value_or("")).append("/").append(lang_of(each));
    identities.push_back(text.append("/").append(each.attribute("name").value_or("")));
  }
  for (const DataForm& form : info.forms) {
    if (!counts(form)) continue;
    types.emplace_back(form.form_type());
    forms.emplace_back(form.form_type(), form_text(form));
  }
  if (!sort_unique(identities) || !sort_unique(info.features) || !sort_unique(types)) return std::nullopt;
  return join_ended(std::move(identities)) + join_ended(std::move(info.features)) + join_ended(std::move(forms));
}

constexpr char unit_end = '\x1f', record_end = '\x1e', group_end = '\x1d', file_end = '\x1c';

std::string ended(std::string_view text) { return std::string(text) + unit_end; }

// XEP-0390 section 4.1.
std::string hash_set_text(const Info& info) {
  std::vector<std::string> features, identities, forms;
  for (const std::string& feature : info.features) features.push_back(ended(feature));
  for (const xml::Element& each : info.identities) {
    identities.push_back(ended(each.attribute("category").value_or("")) + ended(each.attribute("type").value_or("")) +
                         ended(lang_of(each)) + ended(each.attribute("name").value_or("")) + record_end);
  }
  for (const DataForm& form : info.forms) {
    std::vector<std::string> fields;
    for (const FormField& field : form.fields()) {
      std::vector<std::string> values;
      for (const std::string& value : field.values) values.push_back(ended(value));
      fields.push_back(ended(field.var) + join(std::move(values)) + record_end);
    }
    forms.push_back(join(std::move(fields)) + group_end);
  }
  return join(std::move(features)) + file_end + join(std::move(identities)) + file_end + join(std::move(forms)) +
         file_end;
}

std::optional<crypto::Hash> find_hash(std::string_view wanted) {
  for (const auto& [name, hash] : hash_names) {
    if (name == wanted) return hash;
  }
  return std::nullopt;
}

std::optional<CapsName> make_name(CapsName::Method method, std::string_view algorithm, std::string_view base64,
                                  std::string node) {
  const auto hash = find_hash(algorithm);
  auto digest = crypto::parse_base64(base64);
  if (!hash || !digest || digest->size() != crypto::digest_size(*hash)) return std::nullopt;
  return CapsName{method, *hash, std::move(*digest), std::move(node)};
}

std::optional<CapsName> read_hash_set(const xml::Element& c) {
  std::optional<CapsName> found;
  c.for_each_child([&](const xml::Element& child) {
    if (found || !child.is("hash", ns::hashes)) return;
    const std::string_view algorithm = child.attribute("algo").value_or("");
    const std::string value = child.text();
    found = make_name(CapsName::Method::hash_set, algorithm, value,
                      std::string(ns::caps_optimized) + "#" + std::string(algorithm) + "." + value);
  });
  return found;
}

}  // namespace

std::optional<CapsName> read_caps(const Stanza& presence) {
  if (const auto c = presence.child("c", ns::caps_optimized)) {
    if (auto name = read_hash_set(*c)) return name;
  }
  const auto c = presence.child("c", ns::caps);
  if (!c) return std::nullopt;
  const std::string_view ver = c->attribute("ver").value_or("");
  return make_name(CapsName::Method::verification_string, c->attribute("hash").value_or(""), ver,
                   std::string(c->attribute("node").value_or("")) + "#" + std::string(ver));
}

bool Features::has(std::string_view feature) const {
  std::string wanted("<");
  wanted.append(feature).append("<");
  return text_.find(wanted) != text_.npos;
}

FeaturesPtr verify(const CapsName& name, const xml::Element& query) {
  if (query.outer().size() > 2 * features_bytes_max) return nullptr;
  auto info = read_info(query);
  if (!info) return nullptr;
  std::string known("<");
  std::optional<std::string> hashed;
  if (name.method == CapsName::Method::verification_string) {
    hashed = verification_text(std::move(*info));
    if (hashed) known += *hashed;
  } else {
    hashed = hash_set_text(*info);
    for (const std::string& feature : info->features) known.append(feature).append("<");
  }
  if (!hashed || hashed->size() > features_bytes_max) return nullptr;
  if (crypto::digest(name.hash, *hashed) != name.digest) return nullptr;
  return FeaturesPtr(new Features(std::move(known)));  // tidy: allow new: the constructor is private
}

std::optional<std::string> digest_of(CapsName::Method method, crypto::Hash hash, const xml::Element& query) {
  auto info = read_info(query);
  if (!info) return std::nullopt;
  const auto text = method == CapsName::Method::verification_string ? verification_text(std::move(*info))
                                                                    : std::optional(hash_set_text(*info));
  if (!text || text->size() > features_bytes_max) return std::nullopt;
  return crypto::digest(hash, *text);
}

}  // namespace teahouse::caps
