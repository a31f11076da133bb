#pragma once
// The arrays that a recording has, and the choice of columns among them.

#include "libfm/data/column_choice.hpp"
#include "libfm/data/episode_file.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace fm {

/// An array with a row for each step.
struct RecordedArray {
  std::string key;
  std::vector<Dimension> columns;
  std::string problem = {};  ///< why it cannot be used, such as "is an image"; empty: it can
  bool named = true;         ///< whether the columns have names or bounds of their own
};

/// What a recording has, and the keys of what is used unless something else is chosen.
struct Catalogue {
  std::string file;
  std::vector<RecordedArray> arrays;
  std::vector<std::string> observations = {};
  std::vector<std::string> actions = {};
  std::vector<std::string> goals = {};
  std::vector<std::string> possible = {};  ///< what could be observations, where `observations` is empty
  std::string hint = {};                   ///< for the error where there are no observations or actions to use
};

struct ColumnSource {
  std::size_t array;
  Eigen::Index column;
};

/// The chosen columns, in order.
struct Selection {
  std::vector<ColumnSource> observations;
  std::vector<ColumnSource> actions;
  std::vector<ColumnSource> goals;
  EnvSpec spec;        ///< of these columns, otherwise empty
  bool named = false;  ///< whether the specification says more than numbers of columns
};

/// Dimensions NAME_0, NAME_1 ... without bounds.
std::vector<Dimension> numbered_dimensions(const std::string& name, std::size_t columns);

/// An array of a file that does not name its columns: `observation_0` ... of `observations`; other arrays' have the key.
/// @param shape (T), (T, n), or (T, n, m ...) with what a step holds as one row, unless that is an image
RecordedArray unnamed_array(const std::string& key, const std::vector<std::uint64_t>& shape);

/// Why arrays whose steps have this shape cannot be used; empty if they can.
std::string shape_problem(const std::vector<std::uint64_t>& step);

/// Sets names, units and bounds.
/// @param where begins the error text
/// @throws InputError for a list of another length than `dimensions`, or a lower bound above the upper one
void describe(std::vector<Dimension>& dimensions, const ColumnTexts& texts, const std::string& where);

/// The same for the columns of the catalogue's arrays `keys` together.
void describe(Catalogue& catalogue, const std::vector<std::string>& keys, const ColumnTexts& texts,
              const std::string& where);

/// @throws InputError naming the file and the option for what the file does not have or cannot be used
Selection select_columns(const Catalogue& catalogue, const ColumnChoice& choice);

/// The columns beside one another, as many rows as the shortest of their arrays has.
/// @param array the array of this number in the catalogue
Matrix gather_columns(const std::vector<ColumnSource>& sources, Eigen::Index rows,
                      const std::function<const Matrix&(std::size_t array)>& array);

/// An episode of the chosen columns, which ends as truncated, without rewards.
/// @param read the array of this number in the catalogue: (T, columns) or (T + 1, columns)
Episode selected_episode(const Selection& selection, Eigen::Index steps,
                         const std::function<Matrix(std::size_t array)>& read);

/// What a dataset of these columns says about itself.
/// @param info with env, if it is known
/// @param time_step s; 0: unknown
void set_spec(DatasetInfo& info, Selection selection, double time_step = 0.0);

}  // namespace fm
