#pragma once
// Walks a YAML tree alongside the description of an options struct; sets valid values, records where they are given, and
// reports problems.

#include "libfm/config/config_field.hpp"
#include "libfm/config/problems.hpp"
#include "libfm/config/yaml_node.hpp"

#include <string>

namespace fm {

/// Sets `field` and the fields below it from `node`.
/// @param root the whole options struct, for suggestions and grids
/// @param field the root itself or a field below it
/// @param key dotted key of `field`; empty for the root
void fill_field(const ConfigField& root, const ConfigField& field, const YamlNode& node, const std::string& key,
                Origins& origins, Problems& problems);

/// Reports that `section`, a dotted key, has no field `name`.
void add_unknown_key(const ConfigField& root, TextPlace place, const std::string& section, const std::string& name,
                     Problems& problems);

}  // namespace fm
