#include "libfm/config/schema.hpp"

#include "libfm/config/bases.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace fm {
namespace {

using Json = nlohmann::ordered_json;

const char* json_type(ScalarType type) {
  switch (type) {
    case ScalarType::boolean:
      return "boolean";
    case ScalarType::number:
      return "number";
    case ScalarType::text:
      return "string";
    default:
      return "integer";
  }
}

/// A whole-numbered bound as an integer, so that it is written as 1 instead of 1.0.
Json json_number(double number) {
  const bool is_whole = number == std::floor(number) && std::abs(number) < 1e15;
  return is_whole ? Json(static_cast<std::int64_t>(number)) : Json(number);
}

/// The range of a whole number's type, as far as the bounds allow all of it.
template <class T>
void add_range(const Bounds& bounds, Json& schema) {
  if (!(bounds.low > static_cast<double>(std::numeric_limits<T>::min()))) {
    schema["minimum"] = std::numeric_limits<T>::min();
  }
  if (!(bounds.high < static_cast<double>(std::numeric_limits<T>::max()))) {
    schema["maximum"] = std::numeric_limits<T>::max();
  }
}

void add_limits(ScalarType type, const Bounds& bounds, Json& schema) {
  if (std::isfinite(bounds.low)) schema[bounds.low_is_open ? "exclusiveMinimum" : "minimum"] = json_number(bounds.low);
  if (std::isfinite(bounds.high)) {
    schema[bounds.high_is_open ? "exclusiveMaximum" : "maximum"] = json_number(bounds.high);
  }
  if (type == ScalarType::int32) add_range<std::int32_t>(bounds, schema);
  if (type == ScalarType::int64) add_range<std::int64_t>(bounds, schema);
  if (type == ScalarType::uint64) add_range<std::uint64_t>(bounds, schema);
}

Json scalar_schema(ScalarType type, const Bounds& bounds) {
  Json schema = {{"type", json_type(type)}};
  add_limits(type, bounds, schema);
  if (bounds.multiple_of > 1) schema["multipleOf"] = bounds.multiple_of;
  if (!bounds.names.empty()) schema["enum"] = bounds.names;
  return schema;
}

/// The schema of the values of a field that is neither section, grid nor mapping.
Json value_schema(const ConfigField& field) {
  Json schema = scalar_schema(field.type, field.bounds);
  if (field.shape == FieldShape::list) {
    Json list = {{"type", "array"}, {"items", schema}};
    if (field.bounds.least_items > 0) list["minItems"] = field.bounds.least_items;
    if (field.bounds.most_items < std::numeric_limits<std::size_t>::max()) {
      list["maxItems"] = field.bounds.most_items;
    }
    return list;
  }
  if (field.shape == FieldShape::optional) {
    schema["type"] = {json_type(field.type), "null"};
    if (schema.contains("enum")) schema["enum"].push_back(nullptr);
  }
  return schema;
}

Json json_value(const ConfigField& field) {
  Json values = Json::array();
  for (const ConfigScalar& scalar : field.get()) {
    std::visit([&](const auto& value) { values.push_back(value); }, scalar);
  }
  if (field.shape == FieldShape::list) return values;
  return values.empty() ? Json(nullptr) : values.front();
}

Json object_schema(Json properties) {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

Json bases_schema() {
  const ConfigField field = base_field();
  Json several = value_schema(field);
  Json one = several["items"];
  return {{"description", field.sentence}, {"anyOf", {std::move(one), std::move(several)}}};
}

/// To the schema of a key: train.epochs is #/properties/train/properties/epochs.
std::string reference_to(std::string_view key) {
  std::string reference = "#";
  while (!key.empty()) {
    const std::size_t dot = std::min(key.find('.'), key.size());
    reference += "/properties/" + std::string(key.substr(0, dot));
    key.remove_prefix(std::min(dot + 1, key.size()));
  }
  return reference;
}

Json grid_schema(const ConfigField& root, const ConfigField& grid) {
  Json properties = Json::object();
  for (const auto& [key, option] : all_fields(root)) {
    if (!grid_may_vary(grid, key, *option)) continue;
    properties[key] = {{"type", "array"}, {"minItems", 1}, {"items", {{"$ref", reference_to(key)}}}};
  }
  return object_schema(std::move(properties));
}

Json section_schema(const ConfigField& root, const ConfigField& section) {
  Json properties = Json::object();
  for (const ConfigField& field : section.fields) {
    Json schema = {{"description", field.sentence}};
    if (field.shape == FieldShape::section) {
      schema.update(section_schema(root, field));
    } else if (field.shape == FieldShape::grid) {
      schema.update(grid_schema(root, field));
    } else if (field.shape == FieldShape::mapping) {
      schema.update({{"type", "object"}, {"default", field.mapping->value}});
    } else {
      schema.update(value_schema(field));
      schema["default"] = json_value(field);
    }
    properties[field.name] = std::move(schema);
  }
  return object_schema(std::move(properties));
}

}  // namespace

Json fields_schema(const ConfigField& root, const std::string& title) {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  schema.update(section_schema(root, root));
  schema["properties"][std::string(base_key)] = bases_schema();
  return schema;
}

}  // namespace fm
