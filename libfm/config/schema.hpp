#pragma once
// The JSON Schema (draft-07) of options, which editors use to complete and check YAML files. It accepts what the reader
// accepts, except what it cannot express: whole numbers written as 20.0 or 2e1, numbers beyond 64-bit floats, NUL
// characters, the number of points of a grid, nesting deeper than 64 levels, contradictions between options.

#include "libfm/config/config_field.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace fm {

/// The schema of the object that `root` describes.
nlohmann::ordered_json fields_schema(const ConfigField& root, const std::string& title);

/// @param options its values are the schema's defaults
template <HasFields T>
nlohmann::ordered_json json_schema(T options, const std::string& title) {
  return fields_schema(describe(options), title);
}

}  // namespace fm
