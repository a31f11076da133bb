#pragma once
// The choice of columns among those of a dataset in libfm's own layout.

#include "libfm/data/column_choice.hpp"
#include "libfm/data/episode_file.hpp"

#include <string>

namespace fm {

/// The dataset with other columns as observations, actions and goals, or other names for them. The arrays to choose from
/// are `observations`, `actions`, `goals` and `states`; an empty choice changes nothing.
/// @param file is named in errors
/// @throws InputError for a column that there is not
Dataset choose_columns(Dataset dataset, const ColumnChoice& choice, const std::string& file);

}  // namespace fm
