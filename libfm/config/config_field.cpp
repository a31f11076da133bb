#include "libfm/config/config_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

void append_fields(const ConfigField& section, const std::string& key, std::vector<KeyedField>& all) {
  for (const ConfigField& field : section.fields) {
    const std::string field_key = join_key(key, field.name);
    all.push_back({field_key, &field});
    append_fields(field, field_key, all);
  }
}

std::string list_words(ScalarType type) {
  switch (type) {
    case ScalarType::boolean:
      return "a list of true and false";
    case ScalarType::number:
      return "a list of numbers";
    case ScalarType::text:
      return "a list of texts";
    default:
      return "a list of whole numbers";
  }
}

}  // namespace

std::vector<KeyedField> all_fields(const ConfigField& root) {
  std::vector<KeyedField> all;
  append_fields(root, "", all);
  return all;
}

const ConfigField* find_field(const ConfigField& root, std::string_view key) {
  const std::size_t dot = key.find('.');
  for (const ConfigField& field : root.fields) {
    if (field.name != key.substr(0, dot)) continue;
    return dot == key.npos ? &field : find_field(field, key.substr(dot + 1));
  }
  return nullptr;
}

bool grid_may_vary(const ConfigField& grid, const std::string& key, const ConfigField& option) {
  const FieldShape shape = option.shape;
  if (shape == FieldShape::section || shape == FieldShape::grid || shape == FieldShape::mapping) return false;
  const auto& allowed = grid.bounds.names;
  return allowed.empty() || std::ranges::any_of(allowed, [&](const auto& section) { return is_within(key, section); });
}

std::string scalar_words(ScalarType type) {
  switch (type) {
    case ScalarType::boolean:
      return "true or false";
    case ScalarType::number:
      return "a number";
    case ScalarType::text:
      return "text";
    default:
      return "a whole number";
  }
}

std::string type_words(const ConfigField& field) {
  switch (field.shape) {
    case FieldShape::list:
      return list_words(field.type);
    case FieldShape::optional:
      return scalar_words(field.type) + " or null";
    case FieldShape::grid:
      return "keys with lists of values";
    case FieldShape::mapping:
      return "a mapping of any keys";
    case FieldShape::section:
      return "a section of keys";
    default:
      return scalar_words(field.type);
  }
}

std::string bounds_words(const Bounds& bounds) {
  const bool has_low = std::isfinite(bounds.low), has_high = std::isfinite(bounds.high);
  if (has_low && has_high && !bounds.low_is_open && !bounds.high_is_open) {
    const std::string multiple = bounds.multiple_of == 1   ? ""
                                 : bounds.multiple_of == 2 ? "even and "
                                                           : fmt::format("a multiple of {} and ", bounds.multiple_of);
    return fmt::format("{}between {} and {}", multiple, bounds.low, bounds.high);
  }
  std::string words;
  if (has_low) words = fmt::format("{} {}", bounds.low_is_open ? "above" : "at least", bounds.low);
  if (has_low && has_high) words += " and ";
  if (has_high) words += fmt::format("{} {}", bounds.high_is_open ? "below" : "at most", bounds.high);
  return words;
}

bool is_within(const std::string& key, const std::string& section) {
  return key == section || key.starts_with(section + ".");
}

std::string join_key(const std::string& section, const std::string& name) {
  return section.empty() ? name : section + "." + name;
}

}  // namespace fm
