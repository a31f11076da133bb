#pragma once
// Spaces of Gymnasium as Minari writes them in JSON, and the arrays that they stand for.

#include "libfm/data/recorded_columns.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fm {

/// JSON as Python writes it: `Infinity`, `-Infinity` and `NaN` become null.
/// @throws InputError, prefixed by `where`, for anything else that is not JSON
nlohmann::ordered_json parse_python_json(const std::string& text, const std::string& where);

/// The arrays of a space, one for each space that is no Dict or Tuple. Keys are paths in the file: `robot/_index_1`.
/// Columns have the names that env.gymnasium gives them: the keys and indices, separated by spaces.
/// @param key of the space itself; @param name what the names of its columns begin with
/// @throws InputError, prefixed by `where`, for JSON that is no space
std::vector<RecordedArray> arrays_of_space(const nlohmann::ordered_json& space, const std::string& key,
                                           const std::string& name, const std::string& where);

/// The array of a Box of this shape, without bounds.
RecordedArray box_array(const std::string& key, const std::string& name, const std::vector<std::uint64_t>& shape);

/// A Box of these dimensions. Python reads the infinite bounds.
/// @param dtype "float32" or "float64"
std::string box_to_json(const std::vector<Dimension>& dimensions, const std::string& dtype);

}  // namespace fm
