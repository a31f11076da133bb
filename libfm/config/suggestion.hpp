#pragma once
// "(did you mean epochs?)": what the user may have meant by a name that does not exist.

#include "libfm/config/config_field.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// Number of characters inserted, removed, replaced or swapped with their neighbour (optimal string alignment).
int edit_distance(std::string_view a, std::string_view b);

/// " (did you mean a or b?)" with the names nearest to `word`; empty if none is near.
std::string suggest_name(std::string_view word, const std::vector<std::string>& names);

/// The same for an unknown key: nearby keys of the section it stands in, else keys elsewhere, with their whole path.
/// @param section key path of the section that has no `name`; empty: the root
/// @param name what was looked for there, one name or a dotted path
std::string suggest_key(const ConfigField& root, const std::string& section, const std::string& name);

}  // namespace fm
